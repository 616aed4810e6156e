using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// kill -9 of owners and hand-overs by turns, with small segments that are sealed and compressed meanwhile, and actorlog cat of
/// hosts while a node is away and when all are back. A cycle is one node that goes and comes back.
/// </summary>
internal sealed class CatDrill() : Drill("cat", "27-28", "reads each host's lines from all aggregators of a cluster, between kills and hand-overs")
{
    private const int Edges = 6;

    // A minute and more.
    public override int QuickCycles => 0;

    public override int LongCycles => 8;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await ClusterPlant.Start(
            run, 3, Edges, rate: 100, "aggregator.settle-after = 2s\ndefaults.files.rotation.size = 64KiB");
        var reader = new ClusterReader(plant);
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var host = plant.Hosts[run.Random.Next(plant.Hosts.Count)];
            await plant.Until(() => Task.FromResult(plant.OwnerOf(host) is not null), $"a file of {host}");
            var leaving = plant.OwnerOf(host)!.Value;
            var hosts = plant.Hosts.Where(h => plant.OwnerOf(h) == leaving).ToArray();
            var isKill = cycle % 2 == 1;
            if (isKill)
            {
                await plant.Platform.Kill(leaving);
            }
            else
            {
                await plant.Platform.Stop(leaving);
            }

            await UntilMoved(plant, hosts, leaving);
            await RequireMissing(plant, reader, host, leaving);
            // The next one goes while files of this one may not have been sealed yet.
            await plant.Restart(leaving);
            run.Say($"cycle {cycle}: logs{leaving} was {(isKill ? "killed" : "stopped")}, which had {hosts.Length} hosts");
        }

        await plant.Finish(run, "cat", meanwhile: async () =>
        {
            await reader.UntilAll(run);
            var read = reader.Verify();
            run.Say($"cat of {plant.Hosts.Count} hosts: {DrillTally.Short(read)}");
            DrillRun.Require(read is { IsExact: true, Foreign: 0 }, $"what was read: {read}");
            await RequireBeginning(reader, plant.Hosts[0]);
        });
    }

    // Files are sealed all the time: how long they are says nothing.
    private static Task UntilMoved(ClusterPlant plant, string[] hosts, int left)
    {
        var since = TimeProvider.System.GetUtcNow();
        return plant.Until(
            () => Task.FromResult(hosts.All(host => Enumerable.Range(0, plant.Aggregators.Count).Any(i => i != left && plant.HasWritten(host, i, since)))),
            $"a line of {string.Join(", ", hosts)} at another than logs{left}");
    }

    // What is read while a node is away lacks what it has, and nothing else is wrong with it.
    private static async Task RequireMissing(ClusterPlant plant, ClusterReader reader, string host, int missing)
    {
        var (code, said) = (0, "");
        // The other owner's lines are shown when they are committed, with its next checkpoint.
        await plant.Until(
            async () =>
            {
                (code, said) = await reader.Read((missing + 1) % plant.Aggregators.Count, host);
                return reader.Lines(host).Length > 0;
            },
            $"committed lines of {host} at another");
        DrillRun.Require(
            code == 1 && said.Contains($"{plant.Members[missing]} is missing", StringComparison.Ordinal) && said.Contains("may be missing", StringComparison.Ordinal),
            $"with {plant.Members[missing]} away cat answered {code}: {said}");
        var read = reader.Verify();
        DrillRun.Require(read is { Duplicate: 0, Torn: 0, Inverted: 0, Foreign: 0 }, $"with a node away: {read}");
    }

    // Whoever wants the first line only is not told anything.
    private static async Task RequireBeginning(ClusterReader reader, string host)
    {
        var all = reader.Lines(host);
        var (code, said) = await reader.ReadBeginning(2, host);
        DrillRun.Require(
            code == 0 && said.Length == 0 && reader.Lines(host) is [var first] && first == all[0], $"the first line of {host}: {code}, {said}");
    }
}
