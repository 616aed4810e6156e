using System.Diagnostics;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// The volume of files, journal or spool is full to the last byte, and has room again. Nothing is restarted, and all goes on
/// by itself. A cycle is one of them, and six seconds more for each: a minute in the long suite.
/// </summary>
internal sealed class DiskFullDrill() : Drill(
    "diskfull", "13-14", "fills the volume of files, journal or spool, and frees it again")
{
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(6);

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        await run.InTurn(
            () => Fill(run, "files", static (config, volume) => config.FilesOn(volume), isEdge: false),
            () => Fill(run, "spool", static (config, volume) => config.SpoolOn(volume), isEdge: true),
            () => Shed(run),
            () => Fill(run, "journal", static (config, volume) => config.JournalOn(volume), isEdge: false),
            () => Drain(run));
    }

    private static async Task Fill(
        DrillRun run, string what, Func<PlantConfig, TmpfsVolume, PlantConfig> place, bool isEdge)
    {
        await using var volume = await TmpfsVolume.Mount(64);
        await using var loaded = await LoadedPlant.Start(place(await DiskPlaces.Config(run), volume));
        var (node, counter) = isEdge
            ? (loaded.Edge, "actorlog_spooled_records_total") : (loaded.Aggregator, "actorlog_journaled_records_total");
        var watch = new FaultWatch(loaded, node);
        volume.Fill();
        var told = await watch.Told("free space or inodes");
        // What is settled meanwhile, or was cut back, leaves room for as much: not all stands still.
        await Task.Delay(FullFor * run.Cycles);
        await watch.Alive();
        var clock = Stopwatch.StartNew();
        await volume.Resize(1024);
        await loaded.UntilMore(node, counter);
        await watch.Over();
        run.Say($"{what} full for {FullFor.TotalSeconds * run.Cycles:0} s ({told}); goes on {clock.Elapsed.TotalSeconds:0.0} s after there is room");
        await loaded.Finish(run, what);
    }

    // A listener that may not hold its sender back for long drops, and counts to the record.
    private static async Task Shed(DrillRun run)
    {
        await using var volume = await TmpfsVolume.Mount(64);
        var config = (await DiskPlaces.Config(run)).SpoolOn(volume);
        await using var loaded = await LoadedPlant.Start(
            config with { OfEdge = config.OfEdge + "\nbatching.queue-batches = 4", StallMax = "500ms" }, rate: 5_000);
        volume.Fill();
        await loaded.Until(async () => await loaded.Edge.Count("actorlog_dropped_records_total") > 0, "records are dropped");
        await Task.Delay(FullFor * run.Cycles);
        await volume.Resize(1024);
        await loaded.UntilMore(loaded.Edge, "actorlog_spooled_records_total");
        await loaded.StopSending();
        await loaded.Until(async () => await loaded.Edge.Count("actorlog_in_hand_records") == 0, "nothing in hand");
        var dropped = await loaded.Edge.Count("actorlog_dropped_records_total");
        var sent = loaded.Oracle.Ledger.Sent;
        var found = await loaded.Plant.Finish(loaded.Oracle.Ledger, f => f.Unique + dropped >= sent);
        run.Say($"spool, shedding: {sent:N0} sent = {found.Unique:N0} stored + {dropped:N0} counted as dropped, and explained by the report");
        DrillRun.Require(sent == found.Unique + dropped, $"{sent} sent, {found.Unique} stored and {dropped} counted as dropped");
        var reported = Accounting.Sum(await loaded.Plant.Report(), "dropped", "records");
        DrillRun.Require(reported == dropped, $"{dropped} counted as dropped, and {reported} by the report");
        run.Tally.Add(found, sent - dropped);
    }

    // The aggregator comes back while the spool's volume is full to the last byte: what is settled must be deletable.
    private static async Task Drain(DrillRun run)
    {
        await using var volume = await TmpfsVolume.Mount(96);
        await using var loaded = await LoadedPlant.Start((await DiskPlaces.Config(run)).SpoolOn(volume));
        var watch = new FaultWatch(loaded, loaded.Edge);
        await loaded.Aggregator.Kill();
        await loaded.UntilMore(loaded.Edge, "actorlog_spooled_records_total");
        volume.Fill();
        await watch.Told("free space or inodes");
        await loaded.Aggregator.Restart();
        await loaded.Until(async () => await loaded.Edge.Count("actorlog_unstored_records") == 0, "the spool is sent");
        var held = await loaded.Edge.Count("actorlog_spool_bytes");
        await loaded.Until(
            async () => await loaded.Edge.Count("actorlog_spool_bytes") < held, "what is settled is deleted, on a volume that is full to the last byte");
        run.Say("spool: deletes on a volume that is full to the last byte free its rows");
        await volume.Resize(1024);
        await watch.Over();
        await loaded.Finish(run, "spool, drained while full");
    }
}
