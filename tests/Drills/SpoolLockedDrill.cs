using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;
using Microsoft.Data.Sqlite;

namespace ActorLog.Drills;

/// <summary>
/// Another program holds the write lock of the spool, then of the journal, for longer than a write waits; and a second node is started on
/// the same folder.
/// </summary>
internal sealed class SpoolLockedDrill() : Drill(
    "spool-locked", "21, 56", "holds the databases' write locks for a while under load, and starts a second process on them")
{
    private const int Records = 6_000;
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(8);

    public override async Task Run(DrillRun run)
    {
        NodeConfig? edge = null;
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()) { Edge = config => edge = config });
        var oracle = new Oracle();
        var sending = oracle.Send(plant.Target, new OracleLoad(Records) { Host = "shop", Header = OracleHeader.Rfc3164, Rate = 300 });
        foreach (var database in new[] { plant.Spool, plant.Journal })
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
            await connection.OpenAsync();
            await using var begin = connection.CreateCommand();
            begin.CommandText = "BEGIN EXCLUSIVE";
            await begin.ExecuteNonQueryAsync();
            // How long it is held is the fault itself.
            await Task.Delay(Held);
            begin.CommandText = "ROLLBACK";
            await begin.ExecuteNonQueryAsync();
            run.Say($"{database} was locked for {Held.TotalSeconds} s");
        }

        await using (var second = ActorLogProcess.Begin(edge! with { HttpPort = FreePort.Next(), Tcp = FreePort.Next() }))
        {
            DrillRun.Require(await second.Process.Exit(ActorLogProcess.StartLimit) == 1, "a second process was let in");
            DrillRun.Require(second.Process.Account().Contains("in use by another process", StringComparison.Ordinal), second.Process.Account());
        }

        await sending;
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= oracle.Ledger.Sent);
        run.Say(DrillTally.Short(found));
        run.Tally.Add(found);
    }
}
