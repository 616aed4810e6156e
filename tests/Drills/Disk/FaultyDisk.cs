using System.Diagnostics;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>A place whose volume fails in one way under load, and what must stand still meanwhile.</summary>
/// <param name="What">For the account.</param>
/// <param name="Fault">What the volume does.</param>
/// <param name="Place">Puts the place on the volume.</param>
internal sealed record FaultyDisk(string What, DiskFault Fault, Func<PlantConfig, TestVolume, PlantConfig> Place)
{
    private const int TriesBefore = 4;
    private const int TriesMeanwhile = 2;

    /// <summary>What must stand still, a counter of the edge or the aggregator.</summary>
    public string Counter { get; init; } = "actorlog_journaled_records_total";

    /// <summary>Whether the place is the edge's.</summary>
    public bool IsOfEdge { get; init; }

    /// <summary>Whether the counter is the edge's.</summary>
    public bool IsCountedByEdge { get; init; }

    /// <summary>Whether the fault shows only when a new file is made.</summary>
    public bool NeedsNewFile { get; init; }

    /// <summary>The edge's spool.</summary>
    public static FaultyDisk Spool(DiskFault fault) => new($"spool: {fault.Call}", fault, static (config, volume) => config.SpoolOn(volume))
    {
        Counter = "actorlog_spooled_records_total",
        IsOfEdge = true,
        IsCountedByEdge = true,
    };

    /// <summary>The aggregator's journal.</summary>
    public static FaultyDisk Journal(DiskFault fault) =>
        new($"journal: {fault.Call}", fault, static (config, volume) => config.JournalOn(volume));

    /// <summary>
    /// The aggregator's files. The journal holds what is acknowledged as stored, so that it is what is called settled, and
    /// forgotten by edges, that stands still.
    /// </summary>
    public static FaultyDisk Files(DiskFault fault) => new($"files: {fault.Call}", fault, static (config, volume) => config.FilesOn(volume))
    {
        Counter = "actorlog_settled_records_total",
        IsCountedByEdge = true,
    };

    /// <summary>Does it, heals it, and waits for the records.</summary>
    public async Task Run(DrillRun run)
    {
        await using var volume = await FaultyVolume.Mount();
        // One partition: what stands still does so for all records.
        var config = Place(await DiskPlaces.Config(run), volume) with { Both = "partitions = 1" };
        await using var loaded = await LoadedPlant.Start(config, rate: 250);
        var node = IsOfEdge ? loaded.Edge : loaded.Aggregator;
        var watch = new FaultWatch(loaded, node);
        volume.Inject(Fault);
        if (NeedsNewFile)
        {
            loaded.Send(50, "new{0}");
        }

        await loaded.Until(() => Task.FromResult(volume.Injected >= TriesBefore), $"{TriesBefore} failed calls");
        var told = await watch.Told("it goes on by itself");
        await watch.Frozen(
            Counter,
            IsCountedByEdge ? loaded.Edge : loaded.Aggregator,
            () => loaded.Until(Further(volume), $"{TriesMeanwhile} further tries"));
        volume.Heal();
        var clock = Stopwatch.StartNew();
        await loaded.UntilMore(IsCountedByEdge ? loaded.Edge : loaded.Aggregator, Counter);
        var after = clock.Elapsed;
        await watch.Over();
        run.Say($"{What}: {volume.Injected} calls failed ({told}); {Counter} stood still, and went on {after.TotalSeconds:0.0} s after");
        DrillRun.Require(volume.Retried == 0, $"{What}: {volume.Retried} syncs of a handle whose last sync had failed");
        await loaded.Finish(run, What);
    }

    private static Func<Task<bool>> Further(FaultyVolume volume)
    {
        var before = volume.Injected;
        return () => Task.FromResult(volume.Injected >= before + TriesMeanwhile);
    }
}
