using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// kill -9 of the edge, the aggregator or both, at random moments of an endless load with rotations. A cycle is one kill
/// and 10,000 records.
/// </summary>
internal sealed class Kill9Drill() : Drill(
    "kill9", "1-9, 47", "kills edge and aggregator at random moments under load, with rotations and compression")
{
    private const int RecordsPerCycle = 10_000;
    private const int PauseMaxMs = 400;
    private const int Connections = 4;
    private static readonly TimeSpan ProgressMax = TimeSpan.FromSeconds(120);

    public override int QuickCycles => 12;

    public override int LongCycles => 500;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            // No aggregator lives for five seconds: it has to checkpoint, and to settle, in less.
            OfAggregator = """
                aggregator.checkpoint-every = 500ms
                aggregator.settle-after = 1s
                aggregator.files.rotation.size = 4MiB
                """,
        });
        var oracle = new Oracle();
        var persisted = new PersistedRecords();
        using var stop = new CancellationTokenSource();
        var sending = oracle.Send(
            plant.Target,
            new OracleLoad(long.MaxValue)
            {
                Connections = Connections,
                Host = "shop{0}",
                Header = OracleHeader.Rfc3164,
                Reconnect = true,
                Rate = 2_500,
            },
            stop.Token);
        for (var kill = 1; kill <= run.Cycles; kill++)
        {
            var (edge, aggregator) = run.Random.Next(5) switch { 0 or 1 => (true, false), 2 or 3 => (false, true), _ => (true, true) };
            var pause = run.Random.Next(PauseMaxMs);
            await Eventually.True(
                () => Task.FromResult(oracle.Ledger.Sent >= (long)RecordsPerCycle * kill), ProgressMax, () => $"load\n{plant.Account()}");
            // The moment itself is drawn: nothing is waited for.
            await Task.Delay(pause);
            await Task.WhenAll(edge ? plant.Edge.Kill() : Task.CompletedTask, aggregator ? plant.Aggregator.Kill() : Task.CompletedTask);
            if (edge)
            {
                persisted.Read(plant.Spool);
            }

            if (kill % 25 == 0 || kill == run.Cycles)
            {
                run.Say($"kill {kill}: {oracle.Ledger.Sent:N0} sent, {persisted.Total:N0} persisted by {persisted.Runs} runs");
            }

            await Task.WhenAll(
                edge ? plant.Edge.Restart() : Task.CompletedTask, aggregator ? plant.Aggregator.Restart() : Task.CompletedTask);
        }

        // The last kill is the edge's, with nothing behind it: what its spool holds now is what must arrive.
        await stop.CancelAsync();
        await sending;
        await plant.Edge.Kill();
        persisted.Read(plant.Spool);
        await plant.Edge.Restart();
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= persisted.Total);
        run.Say($"{oracle.Ledger.Sent:N0} sent, {persisted.Total:N0} persisted; {DrillTally.Short(found)}");
        DrillRun.Require(found.Foreign == 0, $"lines of others: {found}");
        run.Tally.Add(found, persisted.Total);
    }
}
