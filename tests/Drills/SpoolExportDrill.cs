using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>An edge is taken out of service with data left: listed, looked through, exported, and drained.</summary>
internal sealed class SpoolExportDrill() : Drill(
    "spool-export", "58", "lists, checks, exports and drains the spool of an edge that is gone; export and files hold each record once")
{
    private const int Records = 3_000;

    public override async Task Run(DrillRun run)
    {
        NodeConfig? edge = null;
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()) { Edge = config => edge = config });
        using var directory = new TempDirectory();
        var oracle = new Oracle();
        await plant.Aggregator.Kill();
        await HeldBack.Send(run, plant, oracle, Records);
        await plant.Edge.Kill();
        string[] config = ["-c", Path.Combine(edge!.DataDirectory, "actorlog.hocon"), "--role", "edge"];
        var list = await ActorLogProcess.Run(edge.DataDirectory, ["spool", "list", .. config]);
        DrillRun.Require(list.Any(static l => l.StartsWith($"total records {Records} ", StringComparison.Ordinal)), string.Join('\n', list));
        var fsck = await ActorLogProcess.Run(edge.DataDirectory, ["fsck", .. config]);
        DrillRun.Require(fsck[^1] == "fsck: 0 faults", string.Join('\n', fsck));
        Directory.CreateDirectory(directory["export"]);
        await ActorLogProcess.Run(edge.DataDirectory, ["spool", "export", .. config, "-o", Path.Combine(directory["export"], "shop.log")]);
        run.Tally.Add(Verifier.Read(directory["export"], oracle.Ledger));
        await plant.Aggregator.Restart();
        var drain = await ActorLogProcess.Run(edge.DataDirectory, ["spool", "drain", .. config]);
        run.Say(string.Join("; ", list.Concat(drain.TakeLast(1))));
        DrillRun.Require(await plant.Aggregator.Stop() == 0, plant.Account());
        run.Tally.Add(Verifier.Read(plant.Files, oracle.Ledger));
        await using var refused = ActorLogProcess.Begin(
            edge.DataDirectory, 0, ["spool", "drain", .. config, "--limit", "3", "--set", $"forward.endpoints=127.0.0.1:{FreePort.Next()}"]);
        DrillRun.Require(await refused.Process.Exit(ActorLogProcess.StartLimit) == 1, "a drain without an aggregator has ended well");
    }
}
