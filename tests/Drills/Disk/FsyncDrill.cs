using ActorLog.Drills.Running;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>Every sync of one kind of file fails for a while: what it would prove is not said, and comes when it works again. A
/// cycle is one kind.</summary>
internal sealed class FsyncDrill() : Drill(
    "fsync", "18", "makes every fsync of files, directories, journal or spool fail for a while")
{
    public override int LongCycles => 4;

    public override async Task Run(DrillRun run)
    {
        var failed = new DiskFault("fsync", "*") { Errno = DiskFault.Eio };
        await run.InTurn(
            () => FaultyDisk.Files(failed).Run(run),
            () => (FaultyDisk.Files(failed with { Call = "fsyncdir" }) with { NeedsNewFile = true }).Run(run),
            () => FaultyDisk.Journal(failed).Run(run),
            () => FaultyDisk.Spool(failed).Run(run));
    }
}
