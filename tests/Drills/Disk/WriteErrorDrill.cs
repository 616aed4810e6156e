using ActorLog.Drills.Running;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>Writes fail, or take seven bytes at a time. A cycle is one of the cases.</summary>
internal sealed class WriteErrorDrill() : Drill(
    "write-error", "17, 19", "makes writes of files, journal or spool fail (EIO, ENOSPC) or fall short")
{
    private const int ShortWrites = 2_000;

    public override int LongCycles => 4;

    public override async Task Run(DrillRun run)
    {
        var failed = new DiskFault("write", "*") { Errno = DiskFault.Eio };
        await run.InTurn(
            () => FaultyDisk.Files(failed).Run(run),
            () => FaultyDisk.Journal(failed with { Errno = DiskFault.Enospc }).Run(run),
            () => FaultyDisk.Spool(failed).Run(run),
            () => FallShort(run));
    }

    // No fault at all to a program that writes the rest.
    private static async Task FallShort(DrillRun run)
    {
        await using var volume = await FaultyVolume.Mount();
        var config = (await DiskPlaces.Config(run)).FilesOn(volume).JournalOn(volume).SpoolOn(volume);
        await using var loaded = await LoadedPlant.Start(config, rate: 100);
        var (edge, aggregator) = (new FaultWatch(loaded, loaded.Edge), new FaultWatch(loaded, loaded.Aggregator));
        volume.Inject(new DiskFault("write", "*") { BytesMax = 7 });
        await loaded.Until(() => Task.FromResult(volume.Injected > ShortWrites), "short writes");
        await loaded.UntilMore(loaded.Aggregator, "actorlog_journaled_records_total");
        volume.Heal();
        await edge.Over();
        await aggregator.Over();
        run.Say($"{volume.Injected:N0} writes took seven bytes at most");
        await loaded.Finish(run, "short writes");
    }
}
