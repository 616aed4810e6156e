using ActorLog.Drills.Running;

namespace ActorLog.Drills.Scale;

/// <summary>
/// Ten thousand edges, pods of a thousand machines, on one aggregator: what they cost when they are silent, and how they come
/// back when it is killed. A cycle is one kill.
/// </summary>
internal sealed class EdgesDrill() : Drill("edges", "51", "ten thousand edges on one aggregator, silent, and after a kill")
{
    private const int Edges = 10_000;
    private const int Machines = 1_000;
    private const int Blocks = 3;
    private const long Memory = 8L << 30;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    public override int QuickCycles => 0;

    public override async Task Run(DrillRun run)
    {
        await using var fleet = await Fleet.Start(await run.Certificates(), Edges, Machines, Memory);
        await Measure(run, fleet);
        await fleet.Edges.Grow(Edges / 10);
        await Measure(run, fleet);
        await fleet.Edges.Grow(Edges);
        await Measure(run, fleet);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await fleet.Fail(run, TimeSpan.Zero, Blocks);
        }

        await fleet.Finish(run);
    }

    private static async Task Measure(DrillRun run, Fleet fleet)
    {
        var share = await Vitals.Load(fleet.Aggregator, Silence);
        run.Say($"{fleet.Edges.Count} edges silent: {share:P1} of a core; {await fleet.Account()}");
    }
}
