using ActorLog.Node.Hosting;
using ActorLog.Protocol.Delivery;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Reporting;

/// <summary>
/// What an aggregator's journal holds of each origin, over all partitions: the ordinals of an origin count its records
/// without a gap, so the records stored must add up to the highest one.
/// </summary>
internal static class StoredReport
{
    /// <summary>What is stored of an origin.</summary>
    /// <param name="Origin">Its name.</param>
    /// <param name="Partitions">How many partitions hold some of it.</param>
    /// <param name="Tally">Its records; null: some came before they were counted.</param>
    /// <param name="LastSeenTicks">When its last part came.</param>
    /// <param name="IsEnded">Its edge said farewell.</param>
    internal sealed record Stored(string Origin, long Partitions, OriginTally? Tally, long LastSeenTicks, bool IsEnded)
    {
        /// <summary>Records below the highest ordinal that are stored nowhere.</summary>
        public long Missing => Tally is { } tally ? tally.End - tally.Records : 0;
    }

    /// <summary>All origins by name: each partition's snapshot and the events behind it.</summary>
    public static IReadOnlyDictionary<string, Stored> Read(SqliteConnection connection)
    {
        var origins = new Dictionary<string, Stored>(StringComparer.Ordinal);
        foreach (var partition in Partitions(connection))
        {
            foreach (var origin in StateOf(connection, partition).Capture().Origins)
            {
                var one = new Stored(origin.Origin, 1, origin.Tally, origin.LastSeenTicks, origin.EndedTicks is not null);
                origins[origin.Origin] = origins.TryGetValue(origin.Origin, out var others) ? Join(others, one) : one;
            }
        }

        return origins;
    }

    /// <summary>Adds a line for each origin; one that lacks records although none were on their way is unexplained.</summary>
    /// <param name="earlier">What was read some seconds before.</param>
    /// <param name="now">What is read now.</param>
    /// <param name="host">Only origins of this edge; null: all.</param>
    /// <param name="report">Takes the lines; knows the gaps already.</param>
    public static void Add(
        IReadOnlyDictionary<string, Stored> earlier, IReadOnlyDictionary<string, Stored> now, string? host, Report report)
    {
        foreach (var origin in now.Values.OrderBy(static o => o.LastSeenTicks))
        {
            var edge = OriginReport.EdgeOf(origin.Origin);
            if (host is not null && edge != host)
            {
                continue;
            }

            var explained = Math.Min(origin.Missing, report.ExplainedOf(origin.Origin));
            var unexplained = origin.Missing - explained;
            var stands = earlier.TryGetValue(origin.Origin, out var before) && before.Tally == origin.Tally;
            report.Add(
                "stored", ("origin", origin.Origin), ("edge", edge), ("partitions", origin.Partitions),
                ("ordinals", origin.Tally is { } tally ? $"0-{tally.End}" : "unknown"),
                ("records", origin.Tally is { } counted ? counted.Records : "unknown"),
                ("missing", origin.Missing), ("explained", explained),
                ("state", unexplained == 0 ? "whole" : stands ? "gap" : "on-its-way"),
                ("last-seen", Gap.Time(origin.LastSeenTicks)), ("farewell", origin.IsEnded ? "yes" : "no"));
            report.Unexplained += stands ? unexplained : 0;
        }
    }

    private static Stored Join(Stored a, Stored b) => new(
        a.Origin, a.Partitions + b.Partitions, a.Tally is { } tally && b.Tally is { } other ? tally.And(other) : null,
        Math.Max(a.LastSeenTicks, b.LastSeenTicks), a.IsEnded && b.IsEnded);

    private static List<string> Partitions(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id FROM journal UNION SELECT persistence_id FROM snapshot ORDER BY 1";
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read())
        {
            // Sharding keeps no journal of its own here, but whoever shares the file is not ours to read.
            if (reader.GetString(0).StartsWith("partition-", StringComparison.Ordinal))
            {
                ids.Add(reader.GetString(0));
            }
        }

        return ids;
    }

    private static PartitionState StateOf(SqliteConnection connection, string partition)
    {
        var state = SnapshotOf(connection, partition) is { } snapshot
            ? new PartitionState(snapshot, long.MaxValue) : new PartitionState(long.MaxValue);
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT sequence_number, manifest, message FROM journal
            WHERE persistence_id = $id AND sequence_number > $after ORDER BY sequence_number
            """;
        command.Parameters.AddWithValue("$id", partition);
        command.Parameters.AddWithValue("$after", state.LastSequenceNr);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            // What cannot be read is the recovery's to tell; here its records are missing.
            if (JournalCodec.TryRead(reader.GetString(1), reader.GetFieldValue<byte[]>(2), out var e, out _))
            {
                state.Apply(e is PartStored part ? part with { Block = default } : e, reader.GetInt64(0));
            }
        }

        return state;
    }

    private static PartitionSnapshot? SnapshotOf(SqliteConnection connection, string partition)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT manifest, snapshot FROM snapshot WHERE persistence_id = $id ORDER BY sequence_number DESC LIMIT 1
            """;
        command.Parameters.AddWithValue("$id", partition);
        using var reader = command.ExecuteReader();
        return reader.Read()
            && JournalCodec.TryReadSnapshot(reader.GetString(0), reader.GetFieldValue<byte[]>(1), out var snapshot, out _)
            ? snapshot : null;
    }
}
