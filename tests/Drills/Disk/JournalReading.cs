using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Drills.Disk;

/// <summary>What an aggregator's journal says of its files, read at rest.</summary>
internal static class JournalReading
{
    /// <summary>Files that are shorter than the last checkpoint calls committed, or gone.</summary>
    /// <returns>A line for each.</returns>
    public static IReadOnlyList<string> CheckpointsAheadOfFiles(string journal, string files)
    {
        var faults = new List<string>();
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = journal, Pooling = false }.ToString());
        connection.Open();
        using var store = SystemStore.Open(files);
        foreach (var partition in Partitions(connection))
        {
            var recovery = new PartitionRecovery(long.MaxValue);
            Replay(connection, partition, recovery);
            foreach (var entry in recovery.State.Files.Entries.Where(static e => e.Length > 0))
            {
                var path = entry.SealedAs is { } final && store.Status(final) is not null ? final : entry.Opened.Path;
                var length = store.Status(path) is { } found && found.Identity.Inode == entry.Opened.Inode ? found.Length : -1;
                // A sealed one may have been compressed since.
                if (length < entry.Length && entry.SealedAs is null)
                {
                    faults.Add($"{partition}: {path} has {length} bytes where {entry.Length} are committed");
                }
            }
        }

        return faults;
    }

    private static List<string> Partitions(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id FROM journal UNION SELECT persistence_id FROM snapshot";
        using var reader = command.ExecuteReader();
        var partitions = new List<string>();
        while (reader.Read())
        {
            partitions.Add(reader.GetString(0));
        }

        return partitions;
    }

    private static void Replay(SqliteConnection connection, string partition, PartitionRecovery recovery)
    {
        var from = 0L;
        using var command = connection.CreateCommand();
        command.Parameters.AddWithValue("$p", partition);
        command.CommandText = "SELECT sequence_number, manifest, snapshot FROM snapshot WHERE persistence_id = $p ORDER BY 1 DESC LIMIT 1";
        using (var reader = command.ExecuteReader())
        {
            if (reader.Read())
            {
                from = reader.GetInt64(0);
                var read = JournalCodec.TryReadSnapshot(
                    reader.GetString(1), reader.GetFieldValue<byte[]>(2), out var snapshot, out var error);
                Assert.True(read, error.ToString());
                recovery.Restore(snapshot!);
            }
        }

        command.Parameters.AddWithValue("$n", from);
        command.CommandText = """
            SELECT sequence_number, manifest, message FROM journal
            WHERE persistence_id = $p AND sequence_number > $n ORDER BY sequence_number
            """;
        using var events = command.ExecuteReader();
        while (events.Read())
        {
            var read = JournalCodec.TryRead(events.GetString(1), events.GetFieldValue<byte[]>(2), out var e, out var error);
            Assert.True(read, error.ToString());
            recovery.Replay(e!, events.GetInt64(0));
        }
    }
}
