using ActorLog.Protocol.Batches;
using Microsoft.Data.Sqlite;

namespace ActorLog.Drills;

/// <summary>What a spool holds, read from its file, at rest or while the edge writes it.</summary>
internal static class SpoolReading
{
    /// <summary>Records that each run has persisted: the last block's running count and its own. A run whose rows are all gone is not there.</summary>
    public static IReadOnlyDictionary<string, long> RecordsByOrigin(string path)
    {
        var options = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false };
        using var connection = new SqliteConnection(options.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT j.persistence_id, j.message
            FROM (SELECT persistence_id AS p, MAX(sequence_number) AS n FROM journal GROUP BY persistence_id)
            JOIN journal j ON j.persistence_id = p AND j.sequence_number = n
            """;
        using var reader = command.ExecuteReader();
        var records = new Dictionary<string, long>(StringComparer.Ordinal);
        while (reader.Read())
        {
            var block = reader.GetFieldValue<byte[]>(1);
            Assert.True(BlockHeader.TryRead(block, out var header, out var error), error.ToString());
            records.Add(reader.GetString(0), header.FirstOrdinal + header.Records);
        }

        return records;
    }
}
