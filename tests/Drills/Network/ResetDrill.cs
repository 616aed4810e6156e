using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// Connections that are reset in the middle of a batch: by the firewall after a number of bytes, so that the aggregator does not
/// hear of it, or on both sides at once. A cycle is one reset of each kind.
/// </summary>
internal sealed class ResetDrill() : Drill("reset", "36", "resets the connection in the middle of a batch, by bytes or on the spot")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public override int QuickCycles => 3;

    public override int LongCycles => 100;

    public override async Task Run(DrillRun run)
    {
        await using var wire = await Wire.Lay(run.Seed);
        await wire.Aggregator.Run("sysctl", "-q", "-w", "net.netfilter.nf_conntrack_acct=1");
        await using var plant = await Plant.Start(wire.Place(new PlantConfig(await run.Certificates())
        {
            OfEdge = "forward.backoff-min = 50ms",
            OfAggregator = "aggregator.settle-after = 1s",
        }));
        await using var load = EndlessLoad.Start(plant, rate: 2_000);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await load.Deliver(100_000);
            var bytes = run.Random.Next(20_000, 400_000);
            var before = plant.Connections;
            await wire.Aggregator.Run(
                "nft",
                "table inet drill { chain input { type filter hook input priority 0; "
                + $"iif wire meta l4proto tcp ct original bytes > {bytes} reject with tcp reset; }}\n}}");
            await ConnectedAgain(plant, before, $"a reset after {bytes} bytes");
            await wire.Aggregator.Run("nft", "delete table inet drill");

            before = plant.Connections;
            await load.Deliver(100_000);
            await wire.Edge.Run("ss", "-K", "dst", "10.98.0.2");
            await ConnectedAgain(plant, before, "a kill of the socket");
        }

        await load.Deliver(100_000);
        var repeated = await plant.Aggregator.Metric("actorlog_repeated_records_total");
        run.Say($"connected {plant.Connections} times, {repeated:N0} records sent again and recognised");
        await load.Finish(run);
    }

    private static Task ConnectedAgain(Plant plant, int before, string after) => Eventually.True(
        () => Task.FromResult(plant.Connections > before), Limit, () => $"a new connection after {after}\n{plant.Account()}");
}
