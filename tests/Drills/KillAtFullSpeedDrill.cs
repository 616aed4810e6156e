using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// A million records as fast as the edge takes them, and the aggregator killed while it catches up: at shares of the
/// way, not at times. A cycle is one kill.
/// </summary>
internal sealed class KillAtFullSpeedDrill() : Drill(
    "kill9-fullspeed", "5-9", "kills the aggregator while it catches up with a million records sent at full speed")
{
    private const long Messages = 1_000_000;
    private static readonly TimeSpan ProgressMax = TimeSpan.FromSeconds(120);

    public override int QuickCycles => 10;

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            OfAggregator = """
                aggregator.settle-after = 1s
                aggregator.files.rotation.size = 2MiB
                """,
        });
        var oracle = new Oracle();
        var load = new OracleLoad(Messages) { Connections = 8, Host = "shop{0}", Header = OracleHeader.Rfc3164 };
        var expected = load.Messages * MessageBytes();
        var sending = oracle.Send(plant.Target, load);
        for (var kill = 1; kill <= run.Cycles; kill++)
        {
            var due = expected / (run.Cycles + 1) * kill;
            await Eventually.True(
                () => Task.FromResult(SegmentFiles.PlainBytes(plant.Files) >= due), ProgressMax, () => $"{due} bytes in files\n{plant.Account()}");
            await plant.Aggregator.Kill();
            run.Say($"kill {kill}: {SegmentFiles.PlainBytes(plant.Files):N0} bytes in files, {oracle.Ledger.Sent:N0} sent");
            await plant.Aggregator.Restart();
        }

        await sending;
        var found = await plant.Finish(oracle.Ledger, f => f.Unique == Messages);
        run.Say(DrillTally.Short(found));
        DrillRun.Require(
            Directory.EnumerateFiles(plant.Files).Any(f => f.EndsWith(".gz", StringComparison.Ordinal)), "no segment was compressed");
        run.Tally.Add(found);
    }

    private static long MessageBytes()
    {
        const int Count = 512;
        var bytes = new byte[OracleMessages.BytesMax];
        var messages = new OracleMessages(0, 0, "shop0", OracleHeader.Rfc3164, null);
        return Enumerable.Range(0, Count).Sum(n => (long)messages.Write(bytes, n)) / Count;
    }
}
