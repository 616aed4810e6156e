using ActorLog.Node.Hosting;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// The ledger's tables. Its transactions are short and not synced: they stand behind a kill of the process, and the next
/// commit of the spool, which syncs the same log, makes them stand behind a power loss too (docs/decisions/0013). The
/// connection is its own and out of the pool, so that nobody else inherits that. One thread at a time.
/// </summary>
internal sealed class LedgerDatabase : IDisposable
{
    private const string Pragmas = "PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;";
    private const int RunsMax = 1000;
    private static readonly TimeSpan RunsKept = TimeSpan.FromDays(30);
    private readonly SqliteConnection _connection;

    /// <summary>Opens it.</summary>
    public LedgerDatabase(SqliteFile file)
    {
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file.Path, Pooling = false }.ToString());
        _connection.Open();
        using var command = _connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>Begins a run: what did not end was killed, what is old is forgotten.</summary>
    /// <returns>Gaps that earlier runs left unsaid, or do not know to be said.</returns>
    public IReadOnlyList<Gap> Begin(string run, string node, string process, long nowTicks)
    {
        // An aggregator's journal knows no origins, and its events are no blocks.
        var left = LedgerRows.Origins(_connection).Any() ? SpoolDatabase.Leftovers(_connection) : [];
        using var transaction = _connection.BeginTransaction(deferred: false);
        foreach (var origin in left)
        {
            // What a killed run had spooled is known from its blocks, to the record.
            Execute(
                "UPDATE ledger_origin SET last = $last, records = $records WHERE origin = $origin AND last < $last",
                ("$origin", origin.Origin), ("$last", origin.Last), ("$records", origin.End));
        }

        Execute("UPDATE ledger_run SET ended = 'killed' WHERE ended IS NULL AND run <> $run", ("$run", run));
        Execute(
            "INSERT INTO ledger_run (run, node, process, began, written) VALUES ($run, $node, $process, $now, $now)",
            ("$run", run), ("$node", node), ("$process", process), ("$now", nowTicks));
        Execute(
            """
            DELETE FROM ledger_run WHERE began < $old
                OR run NOT IN (SELECT run FROM ledger_run ORDER BY began DESC LIMIT $max)
            """,
            ("$old", nowTicks - RunsKept.Ticks), ("$max", RunsMax));
        foreach (var table in new[] { "ledger_account", "ledger_gap" })
        {
            Execute($"DELETE FROM {table} WHERE run NOT IN (SELECT run FROM ledger_run)");
        }

        Execute(
            """
            DELETE FROM ledger_origin WHERE run NOT IN (SELECT run FROM ledger_run)
                AND origin NOT IN (SELECT persistence_id FROM journal)
            """);
        var unsaid = LedgerRows.Gaps(_connection).Where(static row => !row.IsSaid && row.Gap.Reason.IsSaid())
            .Select(static row => row.Gap).ToList();
        transaction.Commit();
        return unsaid;
    }

    /// <summary>Writes what has changed; all of it or nothing.</summary>
    public void Write(
        string run, long nowTicks, IEnumerable<AccountTotal> accounts, IEnumerable<OriginTotal> origins, IEnumerable<GapChange> gaps)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        Execute("UPDATE ledger_run SET written = $now WHERE run = $run", ("$run", run), ("$now", nowTicks));
        foreach (var (account, records) in accounts)
        {
            Execute(
                "INSERT OR REPLACE INTO ledger_account VALUES ($run, $account, $records)",
                ("$run", run), ("$account", account), ("$records", records));
        }

        foreach (var (origin, last, records) in origins)
        {
            Execute(
                "INSERT OR REPLACE INTO ledger_origin VALUES ($origin, $run, $last, $records)",
                ("$origin", origin), ("$run", run), ("$last", last), ("$records", records));
        }

        foreach (var (gap, isSaid) in gaps)
        {
            WriteGap(gap, isSaid);
        }

        transaction.Commit();
    }

    /// <summary>Ends a run.</summary>
    public void End(string run, string how, long nowTicks) =>
        Execute(
            "UPDATE ledger_run SET ended = $how, written = $now WHERE run = $run",
            ("$run", run), ("$how", how), ("$now", nowTicks));

    private void WriteGap(Gap gap, bool isSaid)
    {
        if (gap.Records == 0)
        {
            Execute("DELETE FROM ledger_gap WHERE run = $run AND number = $number", ("$run", gap.Run), ("$number", gap.Number));
            return;
        }

        Execute(
            "INSERT OR REPLACE INTO ledger_gap VALUES ($run, $number, $reason, $source, $records, $since, $until, $said)",
            ("$run", gap.Run), ("$number", gap.Number), ("$reason", gap.Reason.Name()), ("$source", gap.Source),
            ("$records", gap.Records), ("$since", gap.FromTicks), ("$until", gap.ToTicks), ("$said", isSaid));
    }

    // Only constants of this file come here.
#pragma warning disable CA2100
    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100
}
