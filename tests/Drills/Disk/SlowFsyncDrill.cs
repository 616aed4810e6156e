using ActorLog.Drills.Running;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>Each sync takes up to five seconds: everything takes longer, and nothing grows, falls silent or is lost.</summary>
internal sealed class SlowFsyncDrill() : Drill("slow-fsync", "16", "makes every fsync take 0.2, 1 and 5 seconds")
{
    private const string Memory = "process_resident_memory_bytes";
    private const long GrowthMax = 200 * 1024 * 1024;
    private const int SyncsEach = 24;
    private static readonly int[] DelaysMs = [200, 1_000, 5_000];

    // Some minutes.
    public override int QuickCycles => 0;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await SlowDown(run);
        }
    }

    private static async Task SlowDown(DrillRun run)
    {
        await using var volume = await FaultyVolume.Mount();
        var config = (await DiskPlaces.Config(run)).FilesOn(volume).JournalOn(volume).SpoolOn(volume);
        await using var loaded = await LoadedPlant.Start(config);
        var (edge, aggregator) = (new FaultWatch(loaded, loaded.Edge), new FaultWatch(loaded, loaded.Aggregator));
        var before = (Edge: await loaded.Edge.Count(Memory), Aggregator: await loaded.Aggregator.Count(Memory));
        foreach (var delay in DelaysMs)
        {
            volume.Inject(new DiskFault("fsync", "*") { DelayMs = delay }, new DiskFault("fsyncdir", "*") { DelayMs = delay });
            var slowed = volume.Injected + SyncsEach;
            await loaded.Until(() => Task.FromResult(volume.Injected >= slowed), $"{SyncsEach} syncs of {delay} ms");
            await loaded.UntilMore(loaded.Edge, "actorlog_spooled_records_total");
            await loaded.UntilMore(loaded.Aggregator, "actorlog_journaled_records_total");
            await edge.Alive();
            await aggregator.Alive();
            var now = (Edge: await loaded.Edge.Count(Memory), Aggregator: await loaded.Aggregator.Count(Memory));
            run.Say($"{delay} ms a sync, {volume.Injected} syncs: edge {now.Edge >> 20} MiB ({before.Edge >> 20} before), aggregator {now.Aggregator >> 20} MiB ({before.Aggregator >> 20})");
            DrillRun.Require(
                now.Edge - before.Edge < GrowthMax && now.Aggregator - before.Aggregator < GrowthMax,
                $"memory grew from {before} to {now} bytes");
        }

        volume.Heal();
        await edge.Over();
        await aggregator.Over();
        await loaded.Finish(run, "slow fsync");
    }
}
