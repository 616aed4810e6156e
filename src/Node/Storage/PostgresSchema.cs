using System.Globalization;
using Npgsql;

namespace ActorLog.Node.Storage;

/// <summary>
/// The tables of Akka.Persistence.Sql's default mapping on PostgreSQL, and the four rules that the database itself keeps
/// (docs/decisions/0021): whoever writes has read this history, numbers have no holes, events go only when a snapshot covers
/// them, and the newest snapshot stays. Made and brought up to date by the program, by one of those that start at once.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>A number is not the next one, or another's.</summary>
    public const string NotNext = "AL001";

    /// <summary>The writer has not read this history of the database.</summary>
    public const string OtherHistory = "AL002";

    /// <summary>What is to be deleted is not covered.</summary>
    public const string NotCovered = "AL003";

    /// <summary>A transaction that sees an old state of things could not be refused what came meanwhile.</summary>
    public const string WrongIsolation = "AL004";

    /// <summary>
    /// The history of the database: the system's id and the timeline that is written now, another one at once when a standby
    /// is promoted; null on a standby.
    /// </summary>
    public const string HistoryQuery = """

        SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE
            (SELECT system_identifier FROM pg_control_system()) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END

        """;

    private const int Version = 1;

    // A session keeps the plan that it made when the table was empty: the look must use the index from the first row on.
    private const string Plan = "SET enable_seqscan = off SET enable_bitmapscan = off";

    // Of the transaction's locks that programs give a meaning to; the second number is the persistence id's.
    private const int LockSpace = 0x414C6F67;

    private const string Tables = """
        CREATE TABLE journal (
            ordering bigserial NOT NULL PRIMARY KEY,
            created bigint NOT NULL,
            deleted boolean NOT NULL,
            persistence_id varchar(255) NOT NULL,
            sequence_number bigint NOT NULL,
            message bytea NOT NULL,
            tags varchar(100) NULL,
            manifest varchar(500) NULL,
            identifier integer NULL,
            writer_uuid varchar(128) NULL);
        ALTER TABLE journal ALTER COLUMN message SET STORAGE EXTERNAL;
        CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
        CREATE TABLE snapshot (
            persistence_id varchar(255) NOT NULL,
            sequence_number bigint NOT NULL,
            created bigint NOT NULL,
            snapshot bytea NULL,
            manifest varchar(500) NULL,
            serializer_id integer NULL,
            PRIMARY KEY (persistence_id, sequence_number));
        """;

    // The lock makes look and insert one step among all writers of an id: without it a number that was looked up could be
    // taken, go on to be deleted, and be free again. What the look sees is what has committed before it, and this
    // statement's own earlier rows.
    private const string FenceBody = """

        DECLARE
            highest bigint;
        BEGIN
            IF current_setting('transaction_isolation') <> 'read committed' THEN
                RAISE EXCEPTION 'actorlog fence: the transaction is not read committed' USING ERRCODE = 'AL004';
            END IF;
            IF btrim(NEW.tags, ';') IS DISTINCT FROM actorlog_history() THEN
                RAISE EXCEPTION 'actorlog fence: this database has another history than its writer has read' USING ERRCODE = 'AL002';
            END IF;
            PERFORM pg_advisory_xact_lock(1095528295, hashtext(NEW.persistence_id));
            SELECT max(sequence_number) INTO highest FROM journal WHERE persistence_id = NEW.persistence_id;
            IF NEW.sequence_number <> highest + 1 THEN
                RAISE EXCEPTION 'actorlog fence: another writer owns this journal (% has %, not %)',
                    NEW.persistence_id, highest, NEW.sequence_number - 1 USING ERRCODE = 'AL001';
            END IF;
            NEW.tags := NULL;
            RETURN NEW;
        END

        """;

    private const string CoverBody = """

        BEGIN
            IF EXISTS (
                SELECT 1 FROM gone GROUP BY persistence_id HAVING max(sequence_number) > coalesce(
                    (SELECT max(s.sequence_number) FROM snapshot s WHERE s.persistence_id = gone.persistence_id), 0)) THEN
                RAISE EXCEPTION 'actorlog fence: no snapshot covers these events' USING ERRCODE = 'AL003';
            END IF;
            RETURN NULL;
        END

        """;

    // The history stands behind the manifest's own words.
    private const string SnapshotBody = """

        BEGIN
            IF split_part(NEW.manifest, ' ', 2) IS DISTINCT FROM actorlog_history() THEN
                RAISE EXCEPTION 'actorlog fence: this database has another history than its writer has read' USING ERRCODE = 'AL002';
            END IF;
            RETURN NEW;
        END

        """;

    private const string NewestBody = """

        BEGIN
            IF EXISTS (
                SELECT 1 FROM gone GROUP BY persistence_id HAVING NOT EXISTS (
                    SELECT 1 FROM snapshot s
                    WHERE s.persistence_id = gone.persistence_id AND s.sequence_number > max(gone.sequence_number))) THEN
                RAISE EXCEPTION 'actorlog fence: the newest snapshot stays' USING ERRCODE = 'AL003';
            END IF;
            RETURN NULL;
        END

        """;

    // Name, table, function's body, type as pg_trigger has it, and the rest of its statement.
    private static readonly (string Name, string Table, string Body, int Type, string When, string Each)[] Triggers =
    [
        ("journal_fence", "journal", FenceBody, 1 | 2 | 4, "BEFORE INSERT", "FOR EACH ROW"),
        ("journal_cover_update", "journal", CoverBody, 16, "AFTER UPDATE", "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"),
        ("journal_cover_delete", "journal", CoverBody, 8, "AFTER DELETE", "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"),
        ("snapshot_fence", "snapshot", SnapshotBody, 1 | 2 | 4 | 16, "BEFORE INSERT OR UPDATE", "FOR EACH ROW"),
        ("snapshot_newest", "snapshot", NewestBody, 8, "AFTER DELETE", "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"),
    ];

    /// <summary>Makes what is missing, and proves that all of it is there and does its work.</summary>
    /// <returns>The journal's id.</returns>
    /// <exception cref="UnsafeJournalException">A part of it is missing, changed or switched off.</exception>
    public static async Task<string> PrepareAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, stop);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockSpace}, 0)", stop);
        if (await ScalarAsync(connection, "SELECT to_regclass('actorlog')::text", stop) is not string)
        {
            await ExecuteAsync(
                connection, "CREATE TABLE actorlog (name text NOT NULL PRIMARY KEY, value text NOT NULL)", stop);
        }

        if (!await IsThereAsync(connection, stop))
        {
            await MakeAsync(connection, stop);
            await ProveAsync(connection, stop);
        }

        var id = await ValueAsync(connection, "journal-id", stop)
            ?? throw new UnsafeJournalException("its id is missing from table actorlog", "Restore the table actorlog.");
        await transaction.CommitAsync(stop);
        return id;
    }

    /// <summary>Looks whether it is there, whole and of a format that this program reads; changes nothing.</summary>
    /// <returns>False when nobody has made it yet.</returns>
    /// <exception cref="UnsafeJournalException">A part of it is missing, changed or switched off, or another program's.</exception>
    public static async Task<bool> LookAsync(NpgsqlConnection connection, CancellationToken stop) =>
        await ScalarAsync(connection, "SELECT to_regclass('actorlog')::text", stop) is string && await IsThereAsync(connection, stop);

    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        if (await ValueAsync(connection, "schema", stop) is not { } mark)
        {
            return false;
        }

        if (!int.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw new UnsafeJournalException($"its schema is '{mark}', which is no number", "Restore the table actorlog.");
        }

        if (DatabaseFormat.FindDifference(version) is { } difference)
        {
            throw new UnsafeJournalException(difference.Cause, difference.Remedy);
        }

        await ProveAsync(connection, stop);
        return true;
    }

    private static async Task MakeAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await ExecuteAsync(connection, Tables, stop);
        await ExecuteAsync(
            connection, $"CREATE FUNCTION actorlog_history() RETURNS text LANGUAGE sql VOLATILE AS $actorlog${HistoryQuery}$actorlog$", stop);
        foreach (var (name, table, body, _, when, each) in Triggers)
        {
            await ExecuteAsync(
                connection,
                $"""
                CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql VOLATILE {Plan} AS $actorlog${body}$actorlog$;
                CREATE TRIGGER {name} {when} ON {table} {each} EXECUTE FUNCTION {name}()
                """,
                stop);
        }

        await ExecuteAsync(
            connection, $"INSERT INTO actorlog VALUES ('schema', '{Version}'), ('journal-id', '{Guid.NewGuid():N}')", stop);
    }

    // A name alone proves nothing: what bears it must be on the right table, say what this program would say, and be switched on.
    private static async Task ProveAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        if (await ScalarAsync(
            connection,
            """
            SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('journal_uq') AND indrelid = to_regclass('journal')
                AND indisunique AND indisvalid AND indisready AND indpred IS NULL AND indnkeyatts = 2
                AND pg_get_indexdef(indexrelid) LIKE '%(persistence_id, sequence_number)'
            """,
            stop) is not 1L)
        {
            throw Missing("the unique index journal_uq");
        }

        foreach (var (name, table, body, type, _, _) in Triggers)
        {
            if (await ScalarAsync(
                connection,
                $"""
                SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgrelid = to_regclass('{table}') AND t.tgname = '{name}' AND t.tgenabled IN ('O', 'A') AND t.tgtype = {type}
                    AND t.tgqual IS NULL AND p.provolatile = 'v' AND p.prosrc = $actorlog${body}$actorlog$
                """,
                stop) is not 1L)
            {
                throw Missing($"the trigger {name}");
            }
        }

        if (await ScalarAsync(
            connection,
            $"SELECT count(*) FROM pg_proc WHERE oid = to_regproc('actorlog_history') AND prosrc = $actorlog${HistoryQuery}$actorlog$",
            stop) is not 1L)
        {
            throw Missing("the function actorlog_history");
        }
    }

    private static UnsafeJournalException Missing(string what) => new(
        $"{what} is missing, changed or switched off, and nothing would keep a second owner out",
        "Put it back as it was (a dump of an empty database of this version has it), or name another database.");

    private static async Task<string?> ValueAsync(NpgsqlConnection connection, string name, CancellationToken stop) =>
        await ScalarAsync(connection, $"SELECT value FROM actorlog WHERE name = '{name}'", stop) as string;

    // Only constants of this file come here.
#pragma warning disable CA2100
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(stop);
    }
#pragma warning restore CA2100
}
