using ActorLog.Testing.Processes;

namespace ActorLog.Deployment.Containers;

/// <summary>An edge in a container, with the configuration of k8s/base/edge, and an aggregator outside.</summary>
public sealed class EdgeContainerTests
{
    private const int Messages = 20_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task SIGTERM_ends_it_with_0_within_its_limit_and_what_it_took_is_delivered_or_kept()
    {
        using var directory = new TempDirectory();
        var certificates = await Certificates.Make(directory["certs"]);
        var gateway = FreePort.Next();
        var oracle = new Oracle();
        await using var edge = new EdgeContainer("web1", certificates, gateway);

        // Nobody takes it: the drain gives up in time, and the spool keeps it.
        await edge.Start("--network", "host");
        await oracle.Send(OracleTarget.UnixDatagram(edge.UnixDatagram), new OracleLoad(Messages));
        Assert.Equal(0, await edge.Container.Stop());

        // A new container on the same volumes delivers it before it ends, with what came meanwhile.
        await using var aggregator = await ActorLogProcess.Start(new NodeConfig
        {
            Role = "aggregator",
            DataDirectory = directory["aggregator"],
            Gateway = gateway,
            AggregatorFiles = directory["logs"],
            Certificates = certificates,
        });
        await edge.Start("--network", "host");
        await oracle.Send(OracleTarget.UnixDatagram(edge.UnixDatagram), new OracleLoad(Messages));
        Assert.Equal(0, await edge.Container.Stop());

        var found = Verifier.Read(directory["logs"], oracle.Ledger);
        await Eventually.True(
            () =>
            {
                found = Verifier.Read(directory["logs"], oracle.Ledger);
                return Task.FromResult(found.Missing == 0);
            },
            Limit,
            () => $"{found}\n{aggregator.Process.Account()}");
        Assert.Equal((2L * Messages, 0, 0, 0), (found.Unique, found.Duplicate, found.Torn, found.Inverted));
        Assert.Equal(0, await aggregator.Stop());
    }
}
