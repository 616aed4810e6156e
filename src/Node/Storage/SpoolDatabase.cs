using ActorLog.Protocol.Batches;
using ActorLog.Sinks.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// What the spool does beside writing: find what earlier runs left, read blocks back, forget what is settled, and close
/// a run for good. Writing is the persistent actor's; an origin is never written by two runs, so rows go without a trace.
/// Any thread; each call has a connection of its own.
/// </summary>
internal sealed class SpoolDatabase(SqliteFile file)
{
    private const int FullError = 13;
    private readonly Ballast _ballast = new(file.Path + ".ballast");

    /// <summary>What one run left: its numbers are dense from <paramref name="First"/> to <paramref name="Last"/>.</summary>
    /// <param name="Origin">The run.</param>
    /// <param name="First">The lowest number still there; all below is settled.</param>
    /// <param name="Last">The highest.</param>
    /// <param name="Bytes">Bytes of the blocks.</param>
    /// <param name="Records">Records from the first block to the last, by their ordinals: rows lost between them count.</param>
    /// <param name="End">The ordinal behind the last: records that the run has spooled.</param>
    internal sealed record Leftover(string Origin, long First, long Last, long Bytes, long Records, long End);

    /// <summary>What was deleted.</summary>
    /// <param name="Bytes">Bytes of the blocks.</param>
    /// <param name="Records">Records in them.</param>
    internal readonly record struct Freed(long Bytes, long Records);

    /// <summary>A block with its number.</summary>
    internal readonly record struct SpooledRow(long N, byte[] Block);

    /// <summary>Looks at an error that was met: damage ends this use of the file, and it is salvaged.</summary>
    public void Note(Exception e) => file.Note(e);

    /// <summary>All runs with rows, oldest first.</summary>
    public IReadOnlyList<Leftover> Leftovers()
    {
        using var connection = file.Open();
        return Leftovers(connection);
    }

    /// <summary>All runs with rows, oldest first.</summary>
    public static IReadOnlyList<Leftover> Leftovers(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT persistence_id, MIN(sequence_number), MAX(sequence_number), SUM(LENGTH(message))
            FROM journal WHERE manifest = $blocks GROUP BY persistence_id ORDER BY MIN(ordering)
            """;
        // The same table may be an aggregator's journal, whose events are no blocks.
        command.Parameters.AddWithValue("$blocks", ActorLogSerializer.BlockManifest);
        using var reader = command.ExecuteReader();
        var found = new List<Leftover>();
        while (reader.Read())
        {
            var (origin, first, last) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
            var start = first == 1 ? 0 : FirstHeadOf(connection, origin, "ASC")?.FirstOrdinal;
            var end = FirstHeadOf(connection, origin, "DESC") is { } head ? head.FirstOrdinal + head.Records : 0;
            found.Add(new(origin, first, last, reader.GetInt64(3), Math.Max(0, end - (start ?? end)), end));
        }

        return found;
    }

    /// <summary>Blocks behind a number, in order: as many as fit into <paramref name="bytesMax"/>, one at least.</summary>
    public IReadOnlyList<SpooledRow> Read(string origin, long after, long bytesMax)
    {
        using var connection = file.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT sequence_number, message FROM journal
            WHERE persistence_id = $origin AND sequence_number > $after ORDER BY sequence_number
            """;
        command.Parameters.AddWithValue("$origin", origin);
        command.Parameters.AddWithValue("$after", after);
        using var reader = command.ExecuteReader();
        var rows = new List<SpooledRow>();
        for (var bytes = 0L; bytes < bytesMax && reader.Read();)
        {
            var block = reader.GetFieldValue<byte[]>(1);
            rows.Add(new(reader.GetInt64(0), block));
            bytes += block.Length;
        }

        return rows;
    }

    /// <summary>Forgets what is settled, also where the volume has no room left: what that needs is put by for it.</summary>
    public Freed DeleteThrough(string origin, long n)
    {
        try
        {
            var freed = Delete(origin, n, static () => { });
            _ballast.Load();
            return freed;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == FullError)
        {
            // Given up only while the writer is shut out: it would take the room at once.
            return Delete(origin, n, _ballast.Drop);
        }
    }

    private Freed Delete(string origin, long n, Action whenLocked)
    {
        using var connection = file.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        whenLocked();
        var freed = WhatIsThere(connection, origin, n);
        using var delete = connection.CreateCommand();
        delete.CommandText = "DELETE FROM journal WHERE persistence_id = $origin AND sequence_number <= $n";
        delete.Parameters.AddWithValue("$origin", origin);
        delete.Parameters.AddWithValue("$n", n);
        delete.ExecuteNonQuery();
        CrashPoint.Pass("edge.compact-mid");
        transaction.Commit();
        return freed;
    }

    /// <summary>
    /// Closes a run after a write that failed, so that one which was only late cannot be stored any more, and says how
    /// far it came: what timed out may have been stored all the same. The write lock waits for a transaction under way.
    /// </summary>
    /// <returns>The highest number stored; 0 for none.</returns>
    public long Close(string origin)
    {
        using var connection = file.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var close = connection.CreateCommand();
        close.CommandText = "INSERT OR IGNORE INTO closed_origin VALUES ($origin)";
        close.Parameters.AddWithValue("$origin", origin);
        close.ExecuteNonQuery();
        using var highest = connection.CreateCommand();
        highest.CommandText = "SELECT COALESCE(MAX(sequence_number), 0) FROM journal WHERE persistence_id = $origin";
        highest.Parameters.AddWithValue("$origin", origin);
        var n = (long)highest.ExecuteScalar()!;
        transaction.Commit();
        return n;
    }

    /// <summary>Forgets which runs were closed: at a start, since no write of an earlier process can come any more.</summary>
    public void ForgetClosed()
    {
        _ballast.Load();
        using var connection = file.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM closed_origin";
        command.ExecuteNonQuery();
    }

    private static Freed WhatIsThere(SqliteConnection connection, string origin, long n)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT LENGTH(message), SUBSTR(message, 1, $head) FROM journal
            WHERE persistence_id = $origin AND sequence_number <= $n
            """;
        command.Parameters.AddWithValue("$origin", origin);
        command.Parameters.AddWithValue("$n", n);
        command.Parameters.AddWithValue("$head", BlockFormat.HeaderBytes);
        using var reader = command.ExecuteReader();
        var (bytes, records) = (0L, 0L);
        while (reader.Read())
        {
            bytes += reader.GetInt64(0);
            records += reader.IsDBNull(1) ? 0 : HeaderOf(reader.GetFieldValue<byte[]>(1)).Records;
        }

        return new(bytes, records);
    }

    // From the first header to the last that can be read: what stands before or behind them is not known.
    private static BlockHeader? FirstHeadOf(SqliteConnection connection, string origin, string order)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The order is one of two words above.
        command.CommandText =
            $"SELECT SUBSTR(message, 1, $head) FROM journal WHERE persistence_id = $origin ORDER BY sequence_number {order}";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$origin", origin);
        command.Parameters.AddWithValue("$head", BlockFormat.HeaderBytes);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!reader.IsDBNull(0) && BlockHeader.TryRead(reader.GetFieldValue<byte[]>(0), out var header, out _))
            {
                return header;
            }
        }

        return null;
    }

    // A header that is damaged counts as none: its block is set aside, and booked by the ordinals around it.
    private static BlockHeader HeaderOf(byte[] head) => BlockHeader.TryRead(head, out var header, out _) ? header : default;
}
