using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>Files, folder, journal and spool are made immutable, which stops root too, and let go again. A cycle is
/// one of them.</summary>
internal sealed class PermissionDrill() : Drill("permission", "54", "takes the right to write (chattr +i) to files, folder, journal and spool")
{
    public override int LongCycles => 4;

    public override async Task Run(DrillRun run)
    {
        await run.InTurn(
            () => Forbid(run, "a file", static volume => volume["logs/shop0.log"], isEdge: false),
            () => Forbid(run, "the spool", static volume => DiskPlaces.SpoolOf(volume) + "-wal", isEdge: true),
            () => Forbid(run, "the folder", static volume => volume["logs"], isEdge: false),
            () => Forbid(run, "the journal", static volume => DiskPlaces.JournalOf(volume) + "-wal", isEdge: false));
    }

    private static async Task Forbid(DrillRun run, string what, Func<TestVolume, string> pathOn, bool isEdge)
    {
        await using var volume = await Ext4Volume.Mount(512);
        var config = (await DiskPlaces.Config(run)).FilesOn(volume).JournalOn(volume).SpoolOn(volume);
        await using var loaded = await LoadedPlant.Start(config);
        var node = isEdge ? loaded.Edge : loaded.Aggregator;
        var watch = new FaultWatch(loaded, node);
        var path = pathOn(volume);
        await ChildProcess.Run(Repository.Part("chattr"), ["+i", path], "/");
        if (path.EndsWith("logs", StringComparison.Ordinal))
        {
            // A folder is only asked for a new name.
            loaded.Send(50, "new{0}");
        }

        run.Say($"{what}: {await watch.Told("it goes on by itself")}");
        await ChildProcess.Run(Repository.Part("chattr"), ["-i", path], "/");
        await watch.Over();
        await loaded.Finish(run, what);
    }
}
