using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// One SQLite file with its durability proven: WAL on the file, synchronous=FULL on every connection (a commit syncs the
/// log), and the fence trigger beside the unique index. A setting that does not hold is a refusal to start.
/// </summary>
internal sealed class SqliteFile
{
    /// <summary>What every connection is told first; the connection string cannot carry it.</summary>
    public const string ConnectionPragmas = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;";

    // The tables of Akka.Persistence.Sql's default mapping, without the two indexes that only queries over all
    // persistence ids use. The trigger is the fence: a deleted row must not reopen its number for a paused owner.
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS journal (
            ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            created INTEGER NOT NULL,
            deleted Bit NOT NULL,
            persistence_id NVarChar(255) NOT NULL,
            sequence_number INTEGER NOT NULL,
            message VarBinary NOT NULL,
            tags NVarChar(100) NULL,
            manifest NVarChar(500) NULL,
            identifier INTEGER NULL,
            writer_uuid NVarChar(128) NULL);
        CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal (persistence_id, sequence_number);
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id NVarChar(255) NOT NULL,
            sequence_number INTEGER NOT NULL,
            created INTEGER NOT NULL,
            snapshot VarBinary NULL,
            manifest NVarChar(500) NULL,
            serializer_id INTEGER NULL,
            CONSTRAINT PK_snapshot PRIMARY KEY (persistence_id, sequence_number));
        CREATE TABLE IF NOT EXISTS actorlog (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS closed_origin (persistence_id TEXT NOT NULL PRIMARY KEY);
        """;

    // As SQLite keeps its text.
    private const string Fence = """
        CREATE TRIGGER journal_fence BEFORE INSERT ON journal FOR EACH ROW
        WHEN NEW.sequence_number <> COALESCE(
                (SELECT MAX(sequence_number) + 1 FROM journal WHERE persistence_id = NEW.persistence_id),
                NEW.sequence_number)
            OR EXISTS (SELECT 1 FROM closed_origin WHERE persistence_id = NEW.persistence_id)
        BEGIN SELECT RAISE(ABORT, 'actorlog fence: another writer owns this journal'); END
        """;

    private SqliteFile(string path, string id)
    {
        Path = path;
        Id = id;
    }

    /// <summary>The file, absolute.</summary>
    public string Path { get; }

    /// <summary>The journal's random id, drawn when the file was made.</summary>
    public string Id { get; }

    /// <summary>What connects to it.</summary>
    public string ConnectionString => ConnectionStringOf(Path);

    /// <summary>Makes or opens the file and proves its settings.</summary>
    /// <exception cref="StartFaultException">It cannot be opened, or durability cannot be had; cause and remedy.</exception>
    public static SqliteFile Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var connection = Open(path);
            // A block is many pages, and the log is written page by page: larger ones are fewer calls. New files only.
            Execute(connection, "PRAGMA page_size=16384");
            var mode = Scalar(connection, "PRAGMA journal_mode=WAL");
            if (mode != "wal")
            {
                throw new StartFaultException(
                    $"{path}: SQLite keeps journal mode '{mode}' where write-ahead logging is needed",
                    "Put the file on a local file system: network file systems cannot share memory.");
            }

            // What an earlier process wrote and could not sync may stand in the log for readers and not on the disk: what
            // this process commits behind it would be lost with it. Copied into the database it is written, and synced.
            Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            Execute(connection, Schema);
            Execute(connection, Fence.Replace("TRIGGER", "TRIGGER IF NOT EXISTS", StringComparison.Ordinal));
            Execute(connection, $"INSERT OR IGNORE INTO actorlog VALUES ('journal-id', '{Guid.NewGuid():N}')");
            if (Scalar(connection, "PRAGMA synchronous") != "2" || !IsFenced(connection))
            {
                throw new StartFaultException(
                    $"{path}: synchronous=FULL, the unique index or the fence trigger is missing",
                    "Set the file aside under another name and start again.");
            }

            return new SqliteFile(path, Scalar(connection, "SELECT value FROM actorlog WHERE name = 'journal-id'"));
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException(
                $"{path}: {e.Message}",
                "Make the folder writable for this user, or name another path; a damaged file can be set aside.",
                e);
        }
    }

    /// <summary>An open connection with the pragmas set.</summary>
    public SqliteConnection Open() => Open(Path);

    private static string ConnectionStringOf(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(ConnectionStringOf(path));
        connection.Open();
        Execute(connection, ConnectionPragmas);
        return connection;
    }

    // A name alone proves nothing: what bears it must be on the right table and say what this program would say.
    private static bool IsFenced(SqliteConnection connection) =>
        Scalar(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'journal_uq' AND tbl_name = 'journal'"
            + " AND sql LIKE 'CREATE UNIQUE INDEX%(persistence_id, sequence_number)'") == "1"
        && Scalar(connection, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'journal_fence'") == Fence;

    // Only constants of this file come here.
#pragma warning disable CA2100
    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString() ?? string.Empty;
    }
#pragma warning restore CA2100
}
