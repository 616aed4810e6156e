using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// A file, or a folder with files, is deleted while it is written. What was in it is gone with it (a second name keeps it for
/// the count); what comes, and what no checkpoint had called committed, stands in a new one.
/// </summary>
internal sealed class DeletedDrill() : Drill("deleted", "53", "deletes files and folders while they are written")
{
    public override int LongCycles => 5;

    public override async Task Run(DrillRun run)
    {
        using var directory = new TempDirectory();
        var (logs, kept) = (directory["all/logs"], directory.Folder("all/kept"));
        await using var loaded = await LoadedPlant.Start((await DiskPlaces.Config(run, turns: false)) with
        {
            Aggregator = node => node with { AggregatorFiles = logs, AggregatorPath = "{host}/app.log" },
        });
        var watch = new FaultWatch(loaded, loaded.Aggregator);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            foreach (var (host, isFolder) in new[] { ("shop0", false), ("shop1", true) })
            {
                var file = Path.Combine(logs, host, "app.log");
                await loaded.Until(() => Task.FromResult(File.Exists(file)), $"{file} stands");
                await ChildProcess.Run("/bin/ln", [file, Path.Combine(kept, $"{host}-{cycle}")], "/");
                await ChildProcess.Run("/bin/rm", ["-rf", isFolder ? Path.GetDirectoryName(file)! : file], "/");
                await loaded.Until(() => Task.FromResult(File.Exists(file) && new FileInfo(file).Length > 0), $"{file} is written again");
                run.Say($"{(isFolder ? "folder" : "file")} of {host}: deleted, and written again");
            }
        }

        await watch.Over();
        await loaded.StopSending();
        var ledger = loaded.Oracle.Ledger;
        await loaded.Until(() => Task.FromResult(Verifier.Read(directory["all"], ledger).Missing == 0), "all records");
        Assert.Equal(0, await loaded.Edge.Stop());
        Assert.Equal(0, await loaded.Aggregator.Stop());
        var all = Verifier.Read(directory["all"], ledger);
        var files = Verifier.Read(logs, ledger);
        run.Say($"{ledger.Sent:N0} sent; in files and deleted ones: {DrillTally.Short(all)}; in files: {DrillTally.Short(files)}");
        run.Tally.Add(all.Unique, all.Missing, files.Duplicate, files.Torn, files.Inverted);
    }
}
