using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// Looks for damage before a database is used. What its last owner closed, or left on this very mount, is looked at briefly:
/// header, length, schema. Else, as after a power cut, all of it is read: the trees by SQLite's quick_check, each block by
/// its own checksum.
/// </summary>
internal static class DatabaseCheck
{
    private static readonly string[] Tables = ["journal", "snapshot", "actorlog"];

    /// <summary>What is damaged, a line each; none for a sound file, or when there is no file.</summary>
    /// <param name="path">The database, which no process has open.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="last">How its last owner ended.</param>
    /// <param name="log">The state of its write-ahead log.</param>
    /// <exception cref="StartFaultException">It is locked, unreadable, or a newer program's.</exception>
    public static IReadOnlyList<string> Faults(string path, DatabaseKind kind, DatabaseEnding last, WalState log)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            return log == WalState.Whole && new FileInfo(path + "-wal") is { Exists: false } or { Length: 0 }
                ? [] : ["a write-ahead log stands there without its database"];
        }

        // Beside a log that has something, an empty file is one to which nothing was brought yet.
        if (info.Length == 0 && new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 })
        {
            return last == DatabaseEnding.None ? [] : ["the file is empty"];
        }

        if (log == WalState.Damaged)
        {
            return ["the write-ahead log is damaged: commits behind the damage would be left out"];
        }

        try
        {
            using var connection = OpenToRead(path);
            var tables = Column(connection, "SELECT name FROM sqlite_master WHERE type = 'table'");
            var faults = Brief(connection, path, kind, tables);
            return faults.Count > 0 || tables.Count == 0 || last is DatabaseEnding.Closed or DatabaseEnding.Killed ? faults : Whole(connection, kind);
        }
        catch (SqliteException e) when (SqliteFile.IsDamage(e))
        {
            return [e.Message];
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteFile.FaultOf(path, e);
        }
    }

    private static List<string> Whole(SqliteConnection connection, DatabaseKind kind)
    {
        var faults = Column(connection, "PRAGMA quick_check(20)").Where(static line => line != "ok").ToList();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, sequence_number, manifest, message FROM journal WHERE deleted = 0";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (DatabaseRows.FaultOf(reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetFieldValue<byte[]>(3)) is { } fault)
            {
                faults.Add($"{reader.GetString(0)}/{reader.GetInt64(1)}: {fault}");
            }
        }

        if (kind == DatabaseKind.Journal)
        {
            AddSnapshots(connection, faults);
        }

        return faults;
    }

    /// <summary>A connection that changes nothing: no checkpoint, no recovery that is written.</summary>
    /// <exception cref="StartFaultException">A newer program wrote it.</exception>
    public static SqliteConnection OpenToRead(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        try
        {
            DatabaseFormat.Refuse(path, connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static List<string> Brief(SqliteConnection connection, string path, DatabaseKind kind, List<string> tables)
    {
        var missing = Tables.Where(t => !tables.Contains(t)).ToList();
        if (tables.Count > 0 && missing.Count > 0)
        {
            return [$"the table {missing[0]} is missing"];
        }

        var faults = new List<string>();
        foreach (var table in tables.Where(t => kind == DatabaseKind.Journal || t == "journal"))
        {
            Column(connection, $"SELECT 1 FROM \"{table}\" LIMIT 1");
        }

        using var image = DatabaseImage.Open(path);
        if (long.Parse(Column(connection, "PRAGMA page_count")[0], System.Globalization.CultureInfo.InvariantCulture) > image.Pages)
        {
            faults.Add("the file is shorter than its header says");
        }

        return faults;
    }

    private static void AddSnapshots(SqliteConnection connection, List<string> faults)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, sequence_number, manifest, snapshot FROM snapshot";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (DatabaseRows.SnapshotFault(reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetFieldValue<byte[]>(3)) is { } fault)
            {
                faults.Add($"{reader.GetString(0)}, snapshot {reader.GetInt64(1)}: {fault}");
            }
        }
    }

    // Only constants of this program come here.
#pragma warning disable CA2100
    internal static List<string> Column(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(reader.GetValue(0).ToString() ?? string.Empty);
        }

        return found;
    }
#pragma warning restore CA2100
}
