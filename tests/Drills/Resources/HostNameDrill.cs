using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>
/// The edge's machine gets another name while the edge has no aggregator: its records keep the name that the edge was started
/// under until it starts again, those in the spool for good, and what the spool holds is delivered under its old origin. A cycle
/// is one change.
/// </summary>
internal sealed class HostNameDrill() : Drill("hostname", "55", "changes the name of the edge's machine, with records of the old one in the spool")
{
    public override int LongCycles => 5;

    public override async Task Run(DrillRun run)
    {
        using var directory = new TempDirectory();
        var name = directory.Write("name", "web-a");
        var socket = directory["log.sock"];
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            OfAggregator = "aggregator.settle-after = 1s",
            Edge = node => node with
            {
                Name = "auto",
                UnixStream = socket,
                KeepHostname = false,
                Prefix = ["unshare", "--uts", "sh", "-c", $"hostname -F {name} && exec \"$@\"", "sh"],
            },
        });
        await using var load = EndlessLoad.Start(plant, rate: 1_000, OracleTarget.UnixStream(socket));
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            await load.Deliver(100_000);
            await plant.Aggregator.Stop();
            await load.Send(5_000);
            directory.Write("name", $"web-{cycle}");
            await ChildProcess.Run("nsenter", ["-t", $"{plant.Edge.Process.Id}", "-u", "hostname", "-F", name], "/");
            await load.Send(5_000);
            run.Say($"web-{cycle}: {string.Join(' ', Hosts(plant))}");
            DrillRun.Require(!Hosts(plant).Contains($"web-{cycle}"), "a record changed its host in the spool");
            await plant.Aggregator.Restart();
            await load.Deliver(100_000);
        }

        await load.End();
        await plant.Edge.Stop();
        await plant.Edge.Restart();
        load.GoOn();
        await load.Deliver(100_000);
        run.Say($"started again: {string.Join(' ', Hosts(plant))}");
        DrillRun.Require(Hosts(plant).Contains($"web-{run.Cycles}"), "the new name is not used after a start");
        await load.Finish(run);
    }

    private static string[] Hosts(Plant plant) =>
        [.. Directory.EnumerateFiles(plant.Files, "*.log").Select(static f => Path.GetFileNameWithoutExtension(f)!).Order()];
}
