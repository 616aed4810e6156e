using System.Diagnostics;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Disk;

/// <summary>
/// Debian's logrotate on files that are not its own: moved ones are complete and a new one is begun, truncated ones get no
/// hole and lose no new line. A cycle is one run of logrotate in each way.
/// </summary>
internal sealed class LogrotateDrill() : Drill("logrotate", "52", "runs logrotate on our files, moving and with copytruncate")
{
    public override int LongCycles => 5;

    public override async Task Run(DrillRun run)
    {
        await Move(run);
        await CopyAndTruncate(run);
    }

    private static async Task Move(DrillRun run)
    {
        using var directory = new TempDirectory();
        await using var loaded = await LoadedPlant.Start(await DiskPlaces.Config(run));
        var watch = new FaultWatch(loaded, loaded.Aggregator);
        var active = Path.Combine(loaded.Plant.Files, "shop0.log");
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Rotate(directory, loaded.Plant.Files, "nocreate");
            var clock = Stopwatch.StartNew();
            await loaded.Until(() => Task.FromResult(File.Exists(active)), "a new file");
            run.Say($"moved; a new file stands {clock.Elapsed.TotalSeconds:0.0} s after");
            await loaded.UntilMore(loaded.Aggregator, "actorlog_projected_lines_total");
        }

        await watch.Over();
        await loaded.Finish(run, "moved");
    }

    // What comes between his copy and his cut is lost by him; so he comes while nobody writes, and nothing may be missing.
    private static async Task CopyAndTruncate(DrillRun run)
    {
        using var directory = new TempDirectory();
        await using var plant = await Plant.Start(await DiskPlaces.Config(run));
        var oracle = new Oracle();
        for (var cycle = 0; cycle <= run.Cycles; cycle++)
        {
            await oracle.Send(
                plant.Target, new OracleLoad(20_000) { Connections = 4, Host = "shop{0}", Header = OracleHeader.Rfc3164 });
            await Eventually.True(
                async () => await plant.Edge.Count("actorlog_settled_records_total") == oracle.Ledger.Sent, LoadedPlant.Limit, () => $"settled\n{plant.Account()}");
            if (cycle < run.Cycles)
            {
                await Rotate(directory, plant.Files, "copytruncate");
            }
        }

        var sent = oracle.Ledger.Sent;
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= sent);
        run.Say($"copied and truncated: {sent:N0} sent; {DrillTally.Short(found)}");
        var told = plant.Aggregator.Process.Output.Count(static l => l.Contains("Truncated", StringComparison.Ordinal));
        DrillRun.Require(told > 0, $"nobody said that files were truncated\n{plant.Account()}");
        run.Tally.Add(found);
    }

    private static async Task Rotate(TempDirectory directory, string files, string how)
    {
        var config = directory.Write("logrotate.conf", $$"""
            {{files}}/*.log {
                rotate 1000
                nocompress
                {{how}}
            }
            """);
        await ChildProcess.Run(Repository.Part("chmod"), ["0600", config], directory.Path);
        await ChildProcess.Run(
            Repository.Part("logrotate"), ["--force", "--state", directory["state"], config], directory.Path);
    }
}
