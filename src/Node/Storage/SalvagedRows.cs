using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>Sorts scavenged rows by their shape into the tables of a new database, the sound ones only.</summary>
internal sealed class SalvagedRows(SqliteConnection connection, DatabaseKind kind)
{
    /// <summary>Takes them all. What the echo says goes into a table of its own, to be compared and dropped.</summary>
    public void Take(IEnumerable<ScavengedRow> rows)
    {
        using var journal = Insert("INSERT OR IGNORE INTO journal VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)", 10);
        using var snapshot = Insert("INSERT OR IGNORE INTO snapshot VALUES ($0, $1, $2, $3, $4, $5)", 6);
        using (var make = connection.CreateCommand())
        {
            make.CommandText = "CREATE TABLE found_echo (persistence_id TEXT, sequence_number INTEGER, manifest TEXT, head BLOB)";
            make.ExecuteNonQuery();
        }

        using var echo = Insert("INSERT INTO found_echo VALUES ($0, $1, $2, $3)", 4);
        foreach (var (rowId, row) in rows)
        {
            switch (row)
            {
                case [_, long, long, string { Length: > 0 }, >= 1L, byte[] message, _, string or null, long or null, _]
                    when DatabaseRows.IsOurs(kind, row[7] as string) && IsKept(row[7] as string, message):
                    row[0] = rowId;
                    Run(journal, row);
                    break;
                case [string { Length: > 0 } id, >= 0L, long, byte[] bytes, string manifest, long or null]
                    when kind == DatabaseKind.Journal && DatabaseRows.SnapshotFault(manifest, bytes) is null:
                    Run(snapshot, row);
                    break;
                case [_, string id, >= 1L, string manifest, byte[] head] when kind == DatabaseKind.Journal:
                    Run(echo, [id, row[2], manifest, head]);
                    break;
                case [_, string id, >= 1L, byte[] bytes, string manifest] when kind == DatabaseKind.Journal:
                    Run(echo, [id, row[2], manifest, bytes]);
                    break;
            }
        }
    }

    // A journal's row with a broken block still says which part it was.
    private bool IsKept(string? manifest, byte[] message) =>
        kind == DatabaseKind.Journal || DatabaseRows.FaultOf(manifest, message) is null;

    // Only constants of this file come here.
#pragma warning disable CA2100
    private SqliteCommand Insert(string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter($"${i}", null));
        }

        return command;
    }
#pragma warning restore CA2100

    private static void Run(SqliteCommand command, object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            command.Parameters[i].Value = row[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }
}
