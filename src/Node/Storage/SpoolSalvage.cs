using ActorLog.Protocol.Batches;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// Counts what a salvaged spool has and lacks. Its rows stand as they are: a hole within an origin is skipped, counted and said by
/// the forwarder, as any other; new data never continues an old origin.
/// </summary>
internal sealed class SpoolSalvage(SqliteConnection connection, SalvageReport report)
{
    /// <summary>Reads the rows in order.</summary>
    public void Run()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, sequence_number, SUBSTR(message, 1, $head) FROM journal ORDER BY persistence_id, sequence_number";
        command.Parameters.AddWithValue("$head", BlockFormat.HeaderBytes);
        using var reader = command.ExecuteReader();
        var (origin, last, end) = (string.Empty, 0L, 0L);
        while (reader.Read())
        {
            var n = reader.GetInt64(1);
            BlockHeader.TryRead(reader.GetFieldValue<byte[]>(2), out var header, out _);
            if (reader.GetString(0) != origin)
            {
                EndOf(origin, last);
                origin = reader.GetString(0);
                report.Say($"origin {origin}: begins at block {n}, record {header.FirstOrdinal}; what was before it was settled, or is lost");
            }
            else if (n > last + 1)
            {
                var records = Math.Max(0, header.FirstOrdinal - end);
                report.Say($"origin {origin}: blocks {last + 1} to {n - 1} are lost, {records} records");
                report.RowsLost += n - last - 1;
                report.RecordsLost += records;
            }

            (last, end) = (n, header.FirstOrdinal + header.Records);
            report.Rows++;
            report.Records += header.Records;
        }

        EndOf(origin, last);
        if (report.Rows == 0)
        {
            report.Say("nothing could be salvaged; how much there was is not known");
        }
    }

    private void EndOf(string origin, long last)
    {
        if (origin.Length > 0)
        {
            report.Say($"origin {origin}: ends at block {last}; whether there were more is not known");
        }
    }
}
