using ActorLog.Node.Hosting;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>Reads the ledger's tables.</summary>
internal static class LedgerRows
{
    /// <summary>A run of the node.</summary>
    /// <param name="Run">Its name.</param>
    /// <param name="Node">The node's name then.</param>
    /// <param name="Process">See <see cref="RunIdentity"/>.</param>
    /// <param name="BeganTicks">When it began, UTC ticks of 100 ns.</param>
    /// <param name="WrittenTicks">When its books were written last.</param>
    /// <param name="Ended">How it ended; null: it has not, as far as the file knows.</param>
    internal sealed record RunRow(string Run, string Node, string Process, long BeganTicks, long WrittenTicks, string? Ended);

    /// <summary>What an origin had spooled when that was written.</summary>
    internal sealed record OriginRow(string Origin, string Run, long Last, long Records);

    /// <summary>All runs, oldest first.</summary>
    public static IReadOnlyList<RunRow> Runs(SqliteConnection connection) => Read(
        connection, "SELECT run, node, process, began, written, ended FROM ledger_run ORDER BY began", static row => new RunRow(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4),
            row.IsDBNull(5) ? null : row.GetString(5)));

    /// <summary>All accounts by run.</summary>
    public static ILookup<string, AccountTotal> Accounts(SqliteConnection connection) => Read(
        connection, "SELECT run, account, records FROM ledger_account",
        static row => (Run: row.GetString(0), Account: new AccountTotal(row.GetString(1), row.GetInt64(2))))
        .ToLookup(static row => row.Run, static row => row.Account);

    /// <summary>All origins.</summary>
    public static IReadOnlyList<OriginRow> Origins(SqliteConnection connection) => Read(
        connection, "SELECT origin, run, last, records FROM ledger_origin",
        static row => new OriginRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));

    /// <summary>All gaps, by run and number; a reason of a later program is left out.</summary>
    public static IReadOnlyList<GapChange> Gaps(SqliteConnection connection) => [.. Read(
        connection, "SELECT run, number, reason, source, records, since, until, said FROM ledger_gap ORDER BY run, number",
        static row => DropReasons.TryParse(row.GetString(2), out var reason)
            ? new GapChange(
                new Gap(
                    row.GetString(0), row.GetInt64(1), reason, row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
                row.GetBoolean(7))
            : null).OfType<GapChange>()];

    // Only constants of this file come here.
#pragma warning disable CA2100
    private static List<T> Read<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> of)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(of(reader));
        }

        return rows;
    }
#pragma warning restore CA2100
}
