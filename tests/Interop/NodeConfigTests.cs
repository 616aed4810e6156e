using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>The configurations that tests write are such as the program takes.</summary>
public sealed class NodeConfigTests
{
    [Fact]
    public async Task Edge_and_aggregator_pass_the_check()
    {
        using var directory = new TempDirectory();
        var certificates = await Certificates.Make(directory["certs"]);
        var edge = new NodeConfig
        {
            Role = "edge",
            DataDirectory = directory["edge"],
            Udp = FreePort.Next(),
            Tcp = FreePort.Next(),
            Tls = FreePort.Next(),
            UnixDatagram = directory["log.sock"],
            UnixStream = directory["log-stream.sock"],
            LocalFiles = directory["edge-logs"],
            Program = "gunicorn.*",
            Forward = FreePort.Next(),
            Certificates = certificates,
        };
        var aggregator = new NodeConfig
        {
            Role = "aggregator",
            DataDirectory = directory["aggregator"],
            Gateway = edge.Forward,
            AggregatorFiles = directory["aggregator-logs"],
            Certificates = certificates,
        };

        foreach (var config in new[] { edge, aggregator, edge with { Role = "edge,aggregator", Forward = 0, Certificates = null, Tls = null } })
        {
            var file = directory.Write("actorlog.hocon", config.ToHocon());
            await ActorLogProcess.Run(directory.Path, "check", "--config", file, "--set", "roles=" + config.Role);
        }
    }
}
