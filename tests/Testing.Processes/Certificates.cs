namespace ActorLog.Testing.Processes;

/// <summary>Certificates as an operator makes them, with the program's own verb.</summary>
public static class Certificates
{
    /// <summary>Makes a CA and one certificate for edge and aggregator on loopback, which may claim any host.</summary>
    /// <returns>The folder: ca.crt, node.crt, node.key.</returns>
    public static async Task<string> Make(string directory)
    {
        Directory.CreateDirectory(directory);
        await ActorLogProcess.Run(
            directory, "certs", "--directory", directory, "--name", "node", "--host", "localhost", "--host", "127.0.0.1", "--claim", "*");
        return directory;
    }
}
