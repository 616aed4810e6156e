using ActorLog.Drills.Running;
using ActorLog.Node.Hosting;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// The aggregator is away until the spool is at its limit and drops; then the edge is killed, and both come back. What was
/// sent is in the files or in the report, to the record, and the files say the gap as well. A cycle is one such night.
/// </summary>
internal sealed class SpoolLimitDrill() : Drill(
    "spool-limit", "13", "fills the spool to its limit, kills the edge after the gap, brings both back: sent = stored + reported")
{
    private const long Messages = 30_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public override int LongCycles => 5;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Once(run);
        }
    }

    private static async Task Once(DrillRun run)
    {
        NodeConfig edge = null!, aggregator = null!;
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            OfEdge = "spool.bytes-max = 1MiB",
            Edge = config => edge = config,
            Aggregator = config => aggregator = config,
        });
        await plant.Aggregator.Kill();
        var oracle = new Oracle();
        while (await plant.Edge.Count("actorlog_dropped_records_total", "spool-full") == 0)
        {
            await oracle.Send(
                plant.Target, new OracleLoad(Messages) { Connections = 2, Host = "shop{0}", Header = OracleHeader.Rfc3164 });
        }

        await Eventually.True(
            () => Task.FromResult(IsWritten(Accounting.Durable(plant.Spool), oracle.Ledger.Sent)), Limit,
            () => $"the books of {oracle.Ledger.Sent} records are written\n{plant.Account()}");
        await plant.Edge.Kill();
        run.Say($"killed the edge with {Accounting.Durable(plant.Spool)[DropReason.SpoolFull]} of {oracle.Ledger.Sent} records dropped");
        await Task.WhenAll(plant.Edge.Restart(), plant.Aggregator.Restart());
        await Eventually.True(
            async () => Accounting.AreSaid(plant.Spool) && await plant.Edge.Count("actorlog_unstored_records") == 0,
            Limit, () => $"all is stored and said\n{plant.Account()}");
        await DrillRun.Stop(plant.Edge);
        await DrillRun.Stop(plant.Aggregator);

        var report = await Accounting.Report(edge);
        Accounting.Settle(run, oracle.Ledger, plant.Files, report);
        DrillRun.Require(report.Any(static line => line.Contains(" ended=killed ", StringComparison.Ordinal)), "no run was killed");
        var stored = await Accounting.Report(aggregator, "--host", "web1");
        var (dropped, said) = (Accounting.Sum(report, "dropped", "records"), Accounting.Sum(stored, "gap-record", "records"));
        DrillRun.Require(dropped == said, $"{dropped} dropped, and the files say {said}");
    }

    private static bool IsWritten(Ledger durable, long sent) =>
        durable[LedgerAccount.Received] == sent && Balance.Of(durable).EdgeInHand == 0;
}
