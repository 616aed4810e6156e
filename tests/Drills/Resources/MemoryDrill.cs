using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>
/// Edge and aggregator in 256 MiB each, flooded, also while the aggregator stands still: what they cannot hold waits at the
/// sender, and the kernel kills nobody. Then a neighbour takes the aggregator's memory, the kernel kills it, and it
/// starts again. A cycle is one flood.
/// </summary>
internal sealed class MemoryDrill() : Drill("memory", "46-47", "floods edge and aggregator in 256 MiB each, then has the kernel kill the aggregator")
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const long Limit = 256L << 20;
    private const long Flood = 200_000;
    private static readonly TimeSpan KillMax = TimeSpan.FromSeconds(90);

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        await using var ofEdge = ControlGroup.Make("memory");
        await using var ofAggregator = ControlGroup.Make("memory");
        ofEdge.Set("memory.limit_in_bytes", Limit);
        ofAggregator.Set("memory.limit_in_bytes", Limit);
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            Edge = node => node with { Prefix = ofEdge.Prefix },
            Aggregator = node => node with { Prefix = ofAggregator.Prefix },
            OfAggregator = "aggregator.settle-after = 1s",
        });
        await using var load = EndlessLoad.Start(plant, rate: null);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await load.Send(Flood);
            plant.Aggregator.Process.Signal(Stop);
            await load.Send(Flood);
            plant.Aggregator.Process.Signal(Continue);
            await load.Send(Flood);
            await load.Deliver(20_000_000);
            run.Say($"edge {Vitals.ResidentMiB(plant.Edge.Process)} MiB, aggregator {Vitals.ResidentMiB(plant.Aggregator.Process)} MiB resident");
        }

        Unharmed(plant.Edge, ofEdge);
        Unharmed(plant.Aggregator, ofAggregator);
        run.Say($"at most {ofEdge.Read("memory.max_usage_in_bytes") >> 20} and {ofAggregator.Read("memory.max_usage_in_bytes") >> 20} MiB with the page cache");

        // A neighbour in the same group takes all there is, and the kernel is told whom to kill for it.
        await File.WriteAllTextAsync($"/proc/{plant.Aggregator.Process.Id}/oom_score_adj", "1000");
        await using var neighbour = ChildProcess.Start(
            ofAggregator.Prefix[0],
            [.. ofAggregator.Prefix.Skip(1), "sh", "-c", $"head -c {Limit} /dev/zero | tail -c {Limit * 5 / 8} >/dev/null"], "/");
        var status = await plant.Aggregator.Process.Exit(KillMax);
        run.Say($"the aggregator ended with {status}, oom_kill {ofAggregator.Read("memory.oom_control", "oom_kill")}");
        DrillRun.Require(ofAggregator.Read("memory.oom_control", "oom_kill") > 0, "the kernel killed nobody");
        await plant.Aggregator.Restart();
        await load.Deliver(1_000_000);
        await load.Finish(run);
    }

    private static void Unharmed(ActorLogProcess node, ControlGroup group) => DrillRun.Require(
        !node.Process.HasExited && group.Read("memory.oom_control", "oom_kill") == 0, $"killed for its memory\n{node.Process.Account()}");
}
