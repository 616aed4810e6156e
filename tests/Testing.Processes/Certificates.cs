namespace ActorLog.Testing.Processes;

/// <summary>Certificates as an operator makes them, with the program's own verb.</summary>
public static class Certificates
{
    /// <summary>A name for an aggregator where loopback does not lead to it.</summary>
    public const string Aggregator = "aggregator.test";

    /// <summary>
    /// Makes a CA, an aggregator's certificate for loopback, <see cref="Aggregator"/> and what else is named, and an edge's that
    /// may claim any host.
    /// </summary>
    /// <returns>The folder, for <see cref="NodeConfig.Certificates"/>.</returns>
    public static async Task<string> Make(string directory, params string[] names)
    {
        Directory.CreateDirectory(directory);
        string[] all = ["localhost", "127.0.0.1", Aggregator, .. names];
        var server = all.SelectMany(static name => new[] { "--server", name });
        await ActorLogProcess.Run(directory, ["certs", "--out", directory, .. server, "--edge", "node", "--hosts", "*"]);
        return directory;
    }
}
