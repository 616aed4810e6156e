using ActorLog.Protocol.Batches;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>Reads a spool without changing it, also beside the node that writes it.</summary>
internal sealed class SpoolReading(string path) : IDisposable
{
    private readonly SqliteConnection _connection = DatabaseCheck.OpenToRead(path);

    /// <summary>What a run has left.</summary>
    internal readonly record struct Run(string Origin, long First, long Last, long Records, long Bytes, DateTime Oldest, DateTime Newest);

    /// <summary>The runs, oldest first.</summary>
    public IEnumerable<Run> Runs()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, sequence_number, LENGTH(message), SUBSTR(message, 1, $head) FROM journal ORDER BY ordering";
        command.Parameters.AddWithValue("$head", BlockFormat.HeaderBytes);
        using var reader = command.ExecuteReader();
        Run? run = null;
        while (reader.Read())
        {
            BlockHeader.TryRead(reader.GetFieldValue<byte[]>(3), out var header, out _);
            var (origin, n, at) = (reader.GetString(0), reader.GetInt64(1), new DateTime(header.BaseTicks, DateTimeKind.Utc));
            if (run is { } done && done.Origin != origin)
            {
                yield return done;
                run = null;
            }

            var before = run ?? new Run(origin, n, n, 0, 0, at, at);
            run = before with { Last = n, Records = before.Records + header.Records, Bytes = before.Bytes + reader.GetInt64(2), Newest = at };
        }

        if (run is { } last)
        {
            yield return last;
        }
    }

    /// <summary>The blocks, in the order in which they are sent.</summary>
    public IEnumerable<byte[]> Blocks()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT message FROM journal ORDER BY ordering";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return reader.GetFieldValue<byte[]>(0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();
}
