using ActorLog.Drills.Running;

namespace ActorLog.Drills.Network;

/// <summary>
/// A wire of 100 kbit/s under a load that it cannot carry, then an aggregator that has been stopped: the edge spools what the
/// other side does not take, its memory stays flat, and its connection is not given up as long as bytes move. A cycle is one
/// of each.
/// </summary>
internal sealed class SlowLinkDrill() : Drill("slow-link", "38", "floods the edge over 100 kbit/s, and while the aggregator is stopped")
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const long GrowthMaxMiB = 200;
    private const long Flood = 50_000;

    public override int LongCycles => 5;

    public override async Task Run(DrillRun run)
    {
        await using var wire = await Wire.Lay(run.Seed);
        await using var plant = await Plant.Start(wire.Place(new PlantConfig(await run.Certificates())
        {
            // Blocks of a quarter MiB that cannot be made smaller take 20 s at this rate: shorter time-outs tell in less time.
            Both = "batching.compression = none",
            OfEdge = "forward.ack-timeout = 6s",
        }));
        await using var load = EndlessLoad.Start(plant, rate: 2_500);
        await load.Send(50_000);
        var memory = Vitals.ResidentMiB(plant.Edge.Process);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            var connections = plant.Connections;
            wire.Set(new Weather { Rate = 12_500 });
            await load.Send(Flood);
            var spooled = await plant.Edge.Metric("actorlog_unstored_records");
            await load.Deliver(300_000);
            Flat(run, plant, memory, $"over 100 kbit/s ({spooled:N0} records wait in the spool)");
            DrillRun.Require(
                plant.Connections == connections, $"the slow connection was given up though bytes moved\n{plant.Account()}");
            wire.Set(Weather.Fair);

            plant.Aggregator.Process.Signal(Stop);
            await load.Send(Flood);
            Flat(run, plant, memory, "with the aggregator stopped");
            plant.Aggregator.Process.Signal(Continue);
            await load.Deliver(5_000_000);
        }

        await load.Finish(run);
    }

    private static void Flat(DrillRun run, Plant plant, long before, string when)
    {
        var grown = Vitals.ResidentMiB(plant.Edge.Process) - before;
        run.Say($"{when}: the edge has grown by {grown} MiB");
        DrillRun.Require(grown < GrowthMaxMiB, $"{when}: the edge has grown by {grown} MiB");
    }
}
