using ActorLog.Drills.Running;

namespace ActorLog.Drills.Resources;

/// <summary>
/// Edge, aggregator or both stand still for longer than every time-out and go on, as a paused virtual machine does. A cycle is
/// one pause; the drill's time-outs are shorter than the defaults, and every eighth pause is longer than what has none to set.
/// </summary>
internal sealed class PauseDrill() : Drill("pause", "48", "stops edge, aggregator or both for longer than the time-outs, and lets them go on")
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const int LongEvery = 8;

    public override int QuickCycles => 3;

    public override int LongCycles => 24;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            OfEdge = "forward.ack-timeout = 2s",
            OfAggregator = """
                aggregator.settle-after = 1s
                aggregator.checkpoint-every = 300ms
                aggregator.files.rotation.size = 1MiB
                """,
        });
        await using var load = EndlessLoad.Start(plant, rate: 2_000);
        await load.Deliver(100_000);
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var (edge, aggregator) = (cycle % 3) switch { 1 => (false, true), 2 => (true, false), _ => (true, true) };
            var pause = cycle % LongEvery == 0
                ? TimeSpan.FromSeconds(run.Random.Next(40, 121)) : TimeSpan.FromMilliseconds(run.Random.Next(2_500, 5_000));
            run.Say($"{(edge ? "edge " : "")}{(aggregator ? "aggregator " : "")}stopped for {pause.TotalSeconds:F1} s");
            Signal(plant, edge, aggregator, Stop);
            // The pause is the fault.
            await Task.Delay(pause);
            Signal(plant, edge, aggregator, Continue);
            await load.Deliver(200_000);
        }

        await load.Finish(run);
    }

    private static void Signal(Plant plant, bool edge, bool aggregator, int signal)
    {
        if (edge)
        {
            plant.Edge.Process.Signal(signal);
        }

        if (aggregator)
        {
            plant.Aggregator.Process.Signal(signal);
        }
    }
}
