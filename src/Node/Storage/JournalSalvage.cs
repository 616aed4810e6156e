using ActorLog.Protocol.Delivery;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// Puts what was found of an aggregator's journal in order, a partition at a time: <see cref="PartitionSalvage"/> decides, rows and
/// their echo are what it decides by. The journal is another one afterwards, so edges send again what is not settled.
/// </summary>
internal sealed class JournalSalvage(SqliteConnection connection, SalvageReport report)
{
    /// <summary>Judges and rewrites.</summary>
    public void Run()
    {
        var ids = DatabaseCheck.Column(
            connection,
            "SELECT persistence_id FROM journal UNION SELECT persistence_id FROM snapshot UNION SELECT persistence_id FROM found_echo");
        foreach (var id in ids.Where(static id => id.StartsWith("partition-", StringComparison.Ordinal)))
        {
            Salvage(id);
        }

        report.Rows = Number("SELECT COUNT(*) FROM journal");
        if (report.Rows == 0 && Number("SELECT COUNT(*) FROM snapshot") == 0)
        {
            report.Say("nothing could be salvaged: edges send again what is not settled, and lines of it that stand in files stand there twice");
        }
    }

    private void Salvage(string id)
    {
        RestoreSnapshot(id);
        var snapshot = NewestSnapshot(id);
        var events = Events(id, snapshot?.SequenceNr ?? 0);
        var highest = Math.Max(
            Math.Max(snapshot?.SequenceNr ?? 0, events.Keys.DefaultIfEmpty().Max()),
            Number("SELECT COALESCE(MAX(sequence_number), 0) FROM journal WHERE persistence_id = $id", id));
        var plan = PartitionSalvage.Plan(snapshot, events, highest);
        foreach (var (n, e) in plan.Written)
        {
            Write(id, n, e);
        }

        report.RowsLost += plan.PartsToCome + plan.PartsInFiles + plan.Unknown.Count;
        report.RecordsLost += plan.RecordsToCome;
        report.Say($"{id}: snapshot {snapshot?.SequenceNr.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}, {events.Count} events to {highest};"
            + $" {plan.PartsInFiles} parts without block stand in files, {plan.PartsToCome} parts ({plan.RecordsToCome} records) come again from the edges");
        if (plan.Unknown.Count > 0)
        {
            report.Say($"{id}: of {plan.Unknown.Count} events nothing is left ({string.Join(", ", plan.Unknown.Take(20))}): if they were parts"
                + " that are not settled, their lines may stand twice");
        }

        if (snapshot is null && events.Count > 0 && events.Keys.Min() > 1)
        {
            report.Say($"{id}: its snapshot is lost, so its files are not known: it goes on in new ones, and lines not yet settled may stand twice");
        }
    }

    private void RestoreSnapshot(string id)
    {
        using var command = Command(
            "SELECT sequence_number, manifest, head FROM found_echo WHERE persistence_id = $id AND manifest = $manifest", id);
        command.Parameters.AddWithValue("$manifest", JournalCodec.SnapshotManifest);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var bytes = reader.GetFieldValue<byte[]>(2);
            if (DatabaseRows.SnapshotFault(reader.GetString(1), bytes) is null)
            {
                using var insert = Command("INSERT OR IGNORE INTO snapshot VALUES ($id, $n, 0, $bytes, $manifest, $serializer)", id);
                insert.Parameters.AddWithValue("$n", reader.GetInt64(0));
                insert.Parameters.AddWithValue("$bytes", bytes);
                insert.Parameters.AddWithValue("$manifest", reader.GetString(1));
                insert.Parameters.AddWithValue("$serializer", ActorLogSerializer.Id);
                insert.ExecuteNonQuery();
            }
        }
    }

    private PartitionSnapshot? NewestSnapshot(string id)
    {
        using var command = Command(
            "SELECT manifest, snapshot FROM snapshot WHERE persistence_id = $id ORDER BY sequence_number DESC LIMIT 1", id);
        using var reader = command.ExecuteReader();
        return reader.Read() && JournalCodec.TryReadSnapshot(reader.GetString(0), reader.GetFieldValue<byte[]>(1), out var snapshot, out _)
            ? snapshot : null;
    }

    private Dictionary<long, SalvagedEvent> Events(string id, long after)
    {
        var events = new Dictionary<long, SalvagedEvent>();
        using (var command = Command(
            "SELECT sequence_number, manifest, message FROM journal WHERE persistence_id = $id AND sequence_number > $after AND deleted = 0", id))
        {
            command.Parameters.AddWithValue("$after", after);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var (n, manifest, bytes) = (reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2));
                // What cannot be read at all is written over by its echo, or by an event that says nothing.
                if (JournalCodec.TryRead(manifest, bytes, out var e, out _))
                {
                    var isWhole = e is not PartStored part || DatabaseRows.BlockFault(part.Block.Span) is null;
                    events[n] = new(e is PartStored whole ? whole with { Block = default } : e, isWhole, isWhole);
                }
            }
        }

        AddEchoes(id, after, events);
        return events;
    }

    private void AddEchoes(string id, long after, Dictionary<long, SalvagedEvent> events)
    {
        using var command = Command(
            "SELECT sequence_number, manifest, head FROM found_echo WHERE persistence_id = $id AND sequence_number > $after", id);
        command.Parameters.AddWithValue("$after", after);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (n, manifest, head) = (reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2));
            if (events.TryGetValue(n, out var there) && there.IsInPlace)
            {
                continue;
            }

            if (JournalCodec.TryReadPartHead(manifest, head, out var part))
            {
                events[n] = new(part, false, false);
            }
            else if (JournalCodec.TryRead(manifest, head, out var e, out _))
            {
                events[n] = new(e, true, false);
            }
        }
    }

    private void Write(string id, long n, JournalEvent e)
    {
        using var command = Command(
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier)"
            + " VALUES (0, 0, $id, $n, $message, $manifest, $serializer) ON CONFLICT (persistence_id, sequence_number)"
            + " DO UPDATE SET deleted = 0, message = excluded.message, manifest = excluded.manifest, identifier = excluded.identifier", id);
        command.Parameters.AddWithValue("$n", n);
        command.Parameters.AddWithValue("$message", JournalCodec.Write(e));
        command.Parameters.AddWithValue("$manifest", JournalCodec.ManifestOf(e));
        command.Parameters.AddWithValue("$serializer", ActorLogSerializer.Id);
        command.ExecuteNonQuery();
    }

    private long Number(string sql, string? id = null)
    {
        using var command = Command(sql, id);
        return (long)command.ExecuteScalar()!;
    }

    // Only constants of this file come here.
#pragma warning disable CA2100
    private SqliteCommand Command(string sql, string? id)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        if (id is not null)
        {
            command.Parameters.AddWithValue("$id", id);
        }

        return command;
    }
#pragma warning restore CA2100
}
