using ActorLog.Drills.Running;

namespace ActorLog.Drills.Scale;

/// <summary>
/// An aggregator is killed while a thousand edges deliver to it, and started again: at once, and when they have tried for so
/// long that their pauses are the longest. All come back, and deliver what they hold. A cycle is one of each.
/// </summary>
internal sealed class ReconnectDrill() : Drill("reconnect", "51", "kills the aggregator of a thousand edges, which all come back at once")
{
    private const int Edges = 1_000;
    private const int Blocks = 3;
    private const long Memory = 1L << 30;

    // Their pauses double from 200 ms to 30 s.
    private static readonly TimeSpan LongAway = TimeSpan.FromSeconds(90);

    public override int QuickCycles => 0;

    public override int LongCycles => 2;

    public override async Task Run(DrillRun run)
    {
        await using var fleet = await Fleet.Start(await run.Certificates(), Edges, hosts: Edges, Memory);
        await fleet.Edges.Grow(Edges);
        run.Say($"{Edges} edges are connected; {await fleet.Account()}");
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await fleet.Fail(run, TimeSpan.Zero, Blocks);
            await fleet.Fail(run, LongAway, Blocks);
        }

        await fleet.Finish(run);
    }
}
