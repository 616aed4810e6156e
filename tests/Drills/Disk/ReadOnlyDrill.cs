using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// The volume falls into the read-only state of a file system that has found an error in itself, with our files open. The
/// node lives and says so; after a repair, a new mount and a restart everything is there. A cycle is one volume.
/// </summary>
internal sealed class ReadOnlyDrill() : Drill("read-only", "20", "turns the volume of files, journal or spool read-only, as ext4 does")
{
    public override int LongCycles => 4;

    public override async Task Run(DrillRun run)
    {
        await run.InTurn(
            () => TurnReadOnly(run, "files", static (config, volume) => config.FilesOn(volume)),
            () => TurnReadOnly(run, "journal", static (config, volume) => config.JournalOn(volume)),
            () => TurnJournalReadOnlyInASync(run),
            () => TurnSpoolReadOnly(run));
    }

    private static async Task TurnReadOnly(DrillRun run, string what, Func<PlantConfig, TestVolume, PlantConfig> place)
    {
        await using var volume = await Ext4Volume.Mount(512);
        await using var loaded = await LoadedPlant.Start(place(await DiskPlaces.Config(run), volume));
        await Tell(run, loaded, loaded.Aggregator, volume.FailAtRest, volume);
        await Repair(loaded.Aggregator, volume);
        await loaded.Finish(run, what);
    }

    // The last commit may be gone though its sync was answered: it is sent again, and may then stand twice, but is not lost.
    private static async Task TurnJournalReadOnlyInASync(DrillRun run)
    {
        await using var volume = await Ext4Volume.Mount(512);
        await using var loaded = await LoadedPlant.Start((await DiskPlaces.Config(run)).JournalOn(volume));
        await Tell(run, loaded, loaded.Aggregator, () => Task.Run(volume.FailInternally), volume);
        await Repair(loaded.Aggregator, volume);
        await loaded.StopSending();
        var sent = loaded.Oracle.Ledger.Sent;
        var found = await loaded.Plant.Finish(loaded.Oracle.Ledger, f => f.Missing == 0 && f.Unique >= sent);
        run.Say($"journal, in a sync: {sent:N0} sent; {DrillTally.Short(found)}");
        run.Tally.Add(found.Unique, lost: found.Missing, torn: found.Torn);
    }

    private static async Task Repair(ActorLogProcess node, Ext4Volume volume)
    {
        await node.Kill();
        await volume.Remount();
        await node.Restart();
    }

    // Senders are held back; what is in the edge's memory goes with its restart.
    private static async Task TurnSpoolReadOnly(DrillRun run)
    {
        await using var volume = await Ext4Volume.Mount(512);
        await using var loaded = await LoadedPlant.Start((await DiskPlaces.Config(run)).SpoolOn(volume));
        await Tell(run, loaded, loaded.Edge, volume.FailAtRest, volume);
        var said = await loaded.Edge.Count("actorlog_spooled_records_total");
        await loaded.StopSending();
        await loaded.Edge.Kill();
        await volume.Remount();
        var persisted = new PersistedRecords();
        persisted.Read(DiskPlaces.SpoolOf(volume));
        DrillRun.Require(persisted.Total >= said, $"{said} records were said to be spooled, and {persisted.Total} are");
        await loaded.Edge.Restart();
        var found = await loaded.Plant.Finish(loaded.Oracle.Ledger, f => f.Unique >= persisted.Total);
        run.Say($"spool: {said:N0} said to be spooled, {persisted.Total:N0} are; {DrillTally.Short(found)}");
        run.Tally.Add(found, persisted.Total);
    }

    private static async Task Tell(DrillRun run, LoadedPlant loaded, ActorLogProcess node, Func<Task> fail, Ext4Volume volume)
    {
        var watch = new FaultWatch(loaded, node);
        await fail();
        run.Say(await watch.Told(volume.Path));
        await watch.Alive();
    }
}
