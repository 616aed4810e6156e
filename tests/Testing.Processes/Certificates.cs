namespace ActorLog.Testing.Processes;

/// <summary>Certificates as an operator makes them, with the program's own verb.</summary>
public static class Certificates
{
    /// <summary>Makes a CA, an aggregator's certificate for loopback, and an edge's that may claim any host.</summary>
    /// <returns>The folder, for <see cref="NodeConfig.Certificates"/>.</returns>
    public static async Task<string> Make(string directory)
    {
        Directory.CreateDirectory(directory);
        string[] server = ["--server", "localhost", "--server", "127.0.0.1"];
        await ActorLogProcess.Run(directory, ["certs", "--out", directory, .. server, "--edge", "node", "--hosts", "*"]);
        return directory;
    }
}
