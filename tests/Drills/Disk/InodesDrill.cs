using ActorLog.Drills.Running;
using ActorLog.Testing.Processes.Volumes;

namespace ActorLog.Drills.Disk;

/// <summary>No inode is left for a new file: hosts that have theirs go on, new ones wait, and the log does not fill with it.</summary>
internal sealed class InodesDrill() : Drill("inodes", "15", "takes all inodes of the files' volume, and gives some again")
{
    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await using var volume = await TmpfsVolume.Mount(512);
            // Files that turn over would need new inodes as well.
            await using var loaded = await LoadedPlant.Start((await DiskPlaces.Config(run, turns: false)).FilesOn(volume));
            await loaded.Until(
                () => Task.FromResult(Directory.EnumerateFiles(volume["logs"], "shop*.log").Count() == 4), "a file for each host");
            var watch = new FaultWatch(loaded, loaded.Aggregator);
            await volume.LimitInodes();
            loaded.Send(50, "new{0}");
            run.Say(await watch.Told("ENOSPC", "inodes"));
            await loaded.UntilMore(loaded.Aggregator, "actorlog_projected_lines_total");
            await volume.FreeInodes();
            await watch.Over();
            await loaded.Finish(run, "inodes");
        }
    }
}
