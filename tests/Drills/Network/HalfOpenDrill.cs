using System.Diagnostics;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// A wire that carries nothing one way or both, and says so to nobody: both sides find out by themselves, hold what they
/// hold within their limits, and go on when it carries again. A cycle is one cut.
/// </summary>
internal sealed class HalfOpenDrill() : Drill("half-open", "37", "cuts the wire one way or both without a word, until both sides have noticed")
{
    private const long GrowthMaxMiB = 150;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public override int LongCycles => 9;

    public override async Task Run(DrillRun run)
    {
        await using var wire = await Wire.Lay(run.Seed);
        await using var plant = await Plant.Start(wire.Place(new PlantConfig(await run.Certificates())
        {
            OfEdge = "forward.ack-timeout = 8s",
        }));
        await using var load = EndlessLoad.Start(plant, rate: 5_000);
        await load.Deliver(1_000_000);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            // The edge's packets first: an aggregator that only listens notices nothing unless it counts the time.
            var (toAggregator, toEdge) = ((cycle % 3) switch
            {
                0 => (Weather.Cut, Weather.Fair),
                1 => (Weather.Fair, Weather.Cut),
                _ => (Weather.Cut, Weather.Cut),
            });
            var memory = Vitals.ResidentMiB(plant.Edge.Process);
            var clock = Stopwatch.StartNew();
            wire.Set(toAggregator, toEdge);
            await Eventually.True(
                async () => await plant.Edge.Metric("actorlog_forwarder_connected") == 0, Limit,
                () => $"the edge notices the cut\n{plant.Account()}");
            var edgeAfter = clock.Elapsed;
            await Eventually.True(
                async () => await plant.Aggregator.Metric("actorlog_gateway_connections") == 0, Limit,
                () => $"the aggregator notices the cut\n{plant.Account()}");
            var grown = Vitals.ResidentMiB(plant.Edge.Process) - memory;
            run.Say(
                $"to the aggregator {toAggregator}, to the edge {toEdge}: noticed by the edge after {edgeAfter.TotalSeconds:F1} s, "
                + $"by the aggregator after {clock.Elapsed.TotalSeconds:F1} s; the edge has grown by {grown} MiB");
            DrillRun.Require(grown < GrowthMaxMiB, $"the edge has grown by {grown} MiB");
            wire.Set(Weather.Fair);
            await load.Deliver(1_000_000);
        }

        await load.Finish(run);
    }
}
