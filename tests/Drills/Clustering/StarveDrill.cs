using System.Diagnostics;
using ActorLog.Drills.Resources;
using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// One member of three may use a tenth of a core, under a load that this is enough for: slow, right, and not put out for it. The
/// oldest, which has the coordinator, and another owner by turns. A cycle is one such while, until so many records were stored there.
/// </summary>
internal sealed class StarveDrill() : Drill("starve", "49", "gives one member of a cluster a tenth of a core")
{
    private const int Edges = 6;
    private const int PeriodUs = 100_000;
    private const long Enough = 2_000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public override int QuickCycles => 0;

    public override int LongCycles => 6;

    public override async Task Run(DrillRun run)
    {
        // Removed behind the plant, when they are empty.
        await using var first = ControlGroup.Make("cpu");
        await using var second = ControlGroup.Make("cpu");
        await using var third = ControlGroup.Make("cpu");
        ControlGroup[] groups = [first, second, third];
        await using var plant = await ClusterPlant.Start(run, groups.Length, Edges, rate: 20);
        await using var watch = HostWatch.Begin(plant);
        await plant.Until(() => ClusterView.IsOne(plant.Aggregators), "one cluster");
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var oldest = plant.Platform.Oldest;
            var owners = plant.Hosts.Select(host => plant.OwnerOf(host)!.Value).Where(owner => owner != oldest).ToArray();
            var starved = cycle % 2 == 1 || owners.Length == 0 ? oldest : owners[run.Random.Next(owners.Length)];
            await Starve(run, plant, watch, groups[starved], starved);
            await plant.Until(() => ClusterView.IsOne(plant.Aggregators), "one cluster again");
        }

        await plant.Finish(run, "starve");
        DrillRun.Require(plant.Platform.Ends.Sum() == 0, $"a member that is only slow was put out: {plant.Platform.EndsSince()}");
    }

    private static async Task Starve(
        DrillRun run, ClusterPlant plant, HostWatch watch, ControlGroup group, int starved)
    {
        var (node, others) = (plant.Aggregators[starved], plant.Aggregators.Where((_, at) => at != starved).ToArray());
        var (ends, due) = (plant.Platform.Ends, await node.Count("actorlog_journaled_records_total") + Enough);
        _ = watch.Silences();
        var clock = Stopwatch.StartNew();
        var (looks, missed, episodes, wasMissed) = (0, 0, 0, false);
        group.Take(node.Process);
        var (periods, held) = (group.Read("cpu.stat", "nr_periods"), group.Read("cpu.stat", "nr_throttled"));
        group.Set("cpu.cfs_period_us", PeriodUs);
        group.Set("cpu.cfs_quota_us", PeriodUs / 10);
        await plant.Until(
            async () =>
            {
                await Task.Delay(Look);
                var isMissed = (await Task.WhenAll(others.Select(ClusterView.Of))).Any(static view => view is null or { Unreachable: > 0 });
                (looks, missed) = (looks + 1, missed + (isMissed ? 1 : 0));
                episodes += isMissed && !wasMissed ? 1 : 0;
                wasMissed = isMissed;
                return plant.Platform.Ends[starved] > ends[starved] || await Stored(node) >= due;
            },
            $"logs{starved} stores {Enough} records");
        group.Set("cpu.cfs_quota_us", -1);
        run.Say(
            $"a tenth of a core for logs{starved} for {clock.Elapsed.TotalSeconds:0} s: {plant.Platform.EndsSince(ends)}; missed {episodes} times "
            + $"({missed} of {looks} looks); {group.Read("cpu.stat", "nr_throttled") - held} of {group.Read("cpu.stat", "nr_periods") - periods} periods held up; "
            + watch.Silences());
    }

    // What does not answer now answers later.
    private static async Task<long> Stored(Testing.Processes.ActorLogProcess node)
    {
        try
        {
            return await node.Count("actorlog_journaled_records_total");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 0;
        }
    }
}
