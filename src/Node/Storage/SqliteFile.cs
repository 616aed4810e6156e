using System.Globalization;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Versions;
using LinqToDB;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActorLog.Node.Storage;

/// <summary>
/// One SQLite file with its durability proven: WAL on the file, synchronous=FULL on every connection (a commit syncs the
/// log), and the fence trigger beside the unique index. A setting that does not hold is a refusal to start.
/// </summary>
internal sealed class SqliteFile : IJournal
{
    private const int LogPartOfMemory = 16;
    private const int LogPagesMin = 64;
    private const int LogPagesMax = 1000;
    private const int CachePartOfMemory = 64;
    private const int CacheKiBMin = 256;
    private const int CacheKiBMax = 2000;

    /// <summary>What every connection is told first; the connection string cannot carry it.</summary>
    public static readonly string ConnectionPragmas = PragmasFor(ProcessMemory.Bytes);

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
        CREATE TABLE IF NOT EXISTS ledger_run (
            run TEXT NOT NULL PRIMARY KEY,
            node TEXT NOT NULL,
            process TEXT NOT NULL,
            began INTEGER NOT NULL,
            written INTEGER NOT NULL,
            ended TEXT NULL);
        CREATE TABLE IF NOT EXISTS ledger_account (
            run TEXT NOT NULL,
            account TEXT NOT NULL,
            records INTEGER NOT NULL,
            PRIMARY KEY (run, account)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS ledger_origin (
            origin TEXT NOT NULL PRIMARY KEY,
            run TEXT NOT NULL,
            last INTEGER NOT NULL,
            records INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS ledger_gap (
            run TEXT NOT NULL,
            number INTEGER NOT NULL,
            reason TEXT NOT NULL,
            source TEXT NOT NULL,
            records INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            said INTEGER NOT NULL,
            PRIMARY KEY (run, number)) WITHOUT ROWID;
        """;

    // The echo of the journal: what each event says without its block, and the snapshots, in trees of their own, hence on
    // other pages. So damage to pages of either tree leaves the partitions' watermarks and commits known (decision 0011).
    private const string Echo = """
        CREATE TABLE IF NOT EXISTS journal_echo (
            ordering INTEGER NOT NULL PRIMARY KEY,
            persistence_id TEXT NOT NULL,
            sequence_number INTEGER NOT NULL,
            manifest TEXT NULL,
            head BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS snapshot_echo (
            id INTEGER NOT NULL PRIMARY KEY,
            persistence_id TEXT NOT NULL,
            sequence_number INTEGER NOT NULL,
            snapshot BLOB NOT NULL,
            manifest TEXT NULL);
        CREATE TRIGGER IF NOT EXISTS journal_echo_insert AFTER INSERT ON journal BEGIN
            INSERT INTO journal_echo VALUES (NEW.ordering, NEW.persistence_id, NEW.sequence_number, NEW.manifest,
                CASE WHEN NEW.manifest LIKE 'part-stored/%' THEN SUBSTR(NEW.message, 1, 1024) ELSE NEW.message END);
        END;
        CREATE TRIGGER IF NOT EXISTS journal_echo_delete AFTER DELETE ON journal BEGIN
            DELETE FROM journal_echo WHERE ordering = OLD.ordering;
        END;
        CREATE TRIGGER IF NOT EXISTS snapshot_echo_insert AFTER INSERT ON snapshot BEGIN
            INSERT INTO snapshot_echo (persistence_id, sequence_number, snapshot, manifest)
            VALUES (NEW.persistence_id, NEW.sequence_number, NEW.snapshot, NEW.manifest);
        END;
        CREATE TRIGGER IF NOT EXISTS snapshot_echo_delete AFTER DELETE ON snapshot BEGIN
            DELETE FROM snapshot_echo WHERE persistence_id = OLD.persistence_id AND sequence_number = OLD.sequence_number;
        END;
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

    private readonly TaskCompletionSource<Exception> _damage = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SqliteFile(string path, SqliteConnection connection)
    {
        Path = path;
        Id = ValueOf(connection, "journal-id");
        Timeline = ValueOf(connection, "timeline");
        SalvagedAt = ValueOf(connection, "salvaged");
    }

    /// <summary>The file, absolute.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public string Place => Path;

    /// <summary>The journal's random id, drawn when the file was made.</summary>
    public string Id { get; }

    /// <summary>Another one whenever the file may have lost its last commits.</summary>
    public string Timeline { get; }

    /// <summary>When the file was salvaged, until it is closed the next time; empty for not.</summary>
    public string SalvagedAt { get; }

    /// <inheritdoc/>
    public bool WantsHistory => false;

    /// <inheritdoc/>
    public bool KeepsCutBytes => SalvagedAt.Length > 0;

    /// <inheritdoc/>
    public string? Outage => null;

    /// <summary>Ends, with what was met, when the file turns out to be damaged.</summary>
    public Task<Exception> Damage => _damage.Task;

    /// <summary>What connects to it.</summary>
    public string ConnectionString => ConnectionStringOf(Path);

    /// <summary>Makes or opens the file and proves its settings.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="isNewTimeline">Whether its last commits may be gone.</param>
    /// <exception cref="StartFaultException">It cannot be opened, or durability cannot be had; cause and remedy.</exception>
    public static SqliteFile Prepare(string path, DatabaseKind kind = DatabaseKind.Spool, bool isNewTimeline = false)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var connection = Open(path);
            DatabaseFormat.Refuse(path, connection);
            MakeTables(connection, kind);
            if (kind == DatabaseKind.Journal)
            {
                Execute(connection, "INSERT OR IGNORE INTO journal_echo SELECT ordering, persistence_id, sequence_number, manifest,"
                    + " CASE WHEN manifest LIKE 'part-stored/%' THEN SUBSTR(message, 1, 1024) ELSE message END FROM journal"
                    + " WHERE NOT EXISTS (SELECT 1 FROM journal_echo)");
            }

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
            var mark = int.Parse(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
            // A ledger beside PostgreSQL is opened before its node knows whether the others let it join: the one that goes on instead must read it.
            if (mark < Release.Written && kind != DatabaseKind.Ledger)
            {
                Execute(connection, DatabaseFormat.Raise(mark));
            }

            Execute(connection, Fence.Replace("TRIGGER", "TRIGGER IF NOT EXISTS", StringComparison.Ordinal));
            Execute(connection, $"INSERT OR IGNORE INTO actorlog VALUES ('journal-id', '{Guid.NewGuid():N}'), ('timeline', '1')");
            if (isNewTimeline)
            {
                Execute(connection, "UPDATE actorlog SET value = CAST(value AS INTEGER) + 1 WHERE name = 'timeline'");
            }

            if (Scalar(connection, "PRAGMA synchronous") != "2" || !IsFenced(connection))
            {
                throw new StartFaultException(
                    $"{path}: synchronous=FULL, the unique index or the fence trigger is missing",
                    "Set the file aside under another name and start again.");
            }

            return new SqliteFile(path, connection);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw FaultOf(path, e);
        }
    }

    /// <summary>Makes the tables in a file that is being filled; no trigger, so that rows may come in any order.</summary>
    public static void MakeTables(SqliteConnection connection, DatabaseKind kind)
    {
        // New files only.
        Execute(connection, $"PRAGMA page_size={PageSize.Default}");
        Execute(connection, kind == DatabaseKind.Journal ? Schema + Echo : Schema);
    }

    /// <summary>What keeps a file from being opened, with what to do about it.</summary>
    public static StartFaultException FaultOf(string path, Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => new(
            $"{path} is locked by another program: {e.Message}", "End the program that has it open (fuser names it), and start again.", e),
        SqliteException { SqliteErrorCode: 8 } => new(
            $"{path} is on a volume that cannot be written: {e.Message}", "Mount it read-write, or name another path.", e),
        SqliteException { SqliteErrorCode: 13 } => new($"{path}: {e.Message}", "Free room on its volume, and start again.", e),
        _ => new($"{path}: {e.Message}", "Make the folder writable for this user, or name another path.", e),
    };

    /// <summary>Whether an error says that the file itself is broken, not that something is in its way.</summary>
    public static bool IsDamage(Exception? e) =>
        Has(e, static cause => cause is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } or InvalidDataException);

    /// <summary>
    /// Looks at an error that was met while running. When it means damage, whoever waits on <see cref="Damage"/> hears it. When
    /// it means that a connection only reads, the pool forgets its connections: SQLite opens for reading what it may not write
    /// at that moment, and such a connection would go on to refuse when the fault is over.
    /// </summary>
    public void Note(Exception e)
    {
        if (IsDamage(e))
        {
            _damage.TrySetResult(e);
        }
        else if (Has(e, static cause => cause is SqliteException { SqliteErrorCode: raw.SQLITE_READONLY }))
        {
            ClosePool();
        }
    }

    /// <inheritdoc/>
    public bool IsFence(Exception e) => e.GetBaseException() is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT };

    /// <inheritdoc/>
    public DataOptions Options(string beforeCommit = "") => PersistencePlugins.OptionsOf(this, beforeCommit);

    /// <summary>What the file remembers under a name; empty for nothing.</summary>
    public string Value(string name)
    {
        using var connection = Open();
        return ValueOf(connection, name);
    }

    /// <summary>Lets the file remember something under a name.</summary>
    public void SetValue(string name, string value)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO actorlog VALUES ($name, $value)";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    /// <summary>What the salvage put in doubt is settled by a clean end.</summary>
    public void ForgetSalvage()
    {
        using var connection = Open();
        Execute(connection, "DELETE FROM actorlog WHERE name = 'salvaged'");
    }

    /// <summary>Closes what the pool keeps open: the last one to close brings the log into the file.</summary>
    public void ClosePool()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>The pragmas of a process that may use so many bytes of memory.</summary>
    internal static string PragmasFor(long memoryBytes)
    {
        // SQLite's own figures at most. Its log is written from the beginning again and again, so all of it stays in the page
        // cache: in a small container the program's code would have to go for it.
        var logPages = Math.Clamp(memoryBytes / LogPartOfMemory / PageSize.Default, LogPagesMin, LogPagesMax);
        var cacheKiB = Math.Clamp(memoryBytes / CachePartOfMemory / 1024, CacheKiBMin, CacheKiBMax);

        // Without temp_store each insert of several rows makes a file in /var/tmp, to be able to take the first ones back, and deletes it.
        return string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint={logPages}; PRAGMA cache_size=-{cacheKiB};");
    }

    /// <summary>An open connection with the pragmas set.</summary>
    public SqliteConnection Open() => Open(Path);

    private static bool Has(Exception? e, Func<Exception, bool> isIt) =>
        e is not null && (isIt(e) || Has(e.InnerException, isIt)
            || (e is AggregateException many && many.InnerExceptions.Any(inner => Has(inner, isIt))));

    private static string ConnectionStringOf(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();

    private static string ValueOf(SqliteConnection connection, string name) =>
        Scalar(connection, $"SELECT value FROM actorlog WHERE name = '{name}'");

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(ConnectionStringOf(path));
        connection.Open();
        Execute(connection, ConnectionPragmas);
        return connection;
    }

    // A name alone proves nothing: what bears it must be on the right table and say what this program would say.
    internal static bool IsFenced(SqliteConnection connection) =>
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
