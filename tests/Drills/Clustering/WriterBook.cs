using System.Globalization;
using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// Who wrote each event of the journal, in the order of its numbers, as the database itself has seen it: a trigger of the drill's
/// own notes each row that the fence has let in, and no delete takes the note away.
/// </summary>
internal sealed class WriterBook
{
    private const string Refused = "actorlog fence: another writer owns this journal";
    private readonly PostgresCluster _database;

    private WriterBook(PostgresCluster database) => _database = database;

    /// <summary>How often the fence has refused a writer, as the server's log has it.</summary>
    public int Refusals => _database.Server.Output.Count(static line => line.Contains(Refused, StringComparison.Ordinal));

    /// <summary>Opens it; what is in the journal already is not in it.</summary>
    public static async Task<WriterBook> Begin(PostgresCluster database)
    {
        await database.Query(
            ClusterPlant.DatabaseName,
            """
            CREATE TABLE drill_writers (
                partition text NOT NULL, number bigint NOT NULL, writer text NOT NULL, manifest text NOT NULL, owned text NULL,
                PRIMARY KEY (partition, number));
            CREATE FUNCTION drill_writers() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO drill_writers VALUES (
                    NEW.persistence_id, NEW.sequence_number, NEW.writer_uuid || ' at ' || host(inet_client_addr()), NEW.manifest,
                    CASE WHEN NEW.manifest LIKE 'owned/%' THEN encode(NEW.message, 'hex') END);
                RETURN NULL;
            END $$;
            CREATE TRIGGER drill_writers AFTER INSERT ON journal FOR EACH ROW EXECUTE FUNCTION drill_writers()
            """);
        return new WriterBook(database);
    }

    /// <summary>Events so far.</summary>
    public async Task<long> Events() => long.Parse((await Ask("SELECT count(*) FROM drill_writers"))[0], CultureInfo.InvariantCulture);

    /// <summary>How often a partition has got a new writer.</summary>
    public async Task<long> Takeovers() =>
        long.Parse((await Ask("SELECT count(*) FROM drill_writers WHERE owned IS NOT NULL"))[0], CultureInfo.InvariantCulture);

    /// <summary>
    /// Events of a writer that is not the one before and did not begin with <see cref="Owned"/>: two write one partition by turns.
    /// And epochs that do not rise. A line for each.
    /// </summary>
    public async Task<IReadOnlyList<string>> Intrusions()
    {
        var faults = new List<string>(await Ask(
            """
            SELECT partition || ' ' || number || ' is of ' || writer || ', behind one of ' || before FROM (
                SELECT *, lag(writer) OVER (PARTITION BY partition ORDER BY number) AS before FROM drill_writers) AS turns
            WHERE writer <> before AND owned IS NULL
            """));
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in await Ask("SELECT partition, manifest, owned FROM drill_writers WHERE owned IS NOT NULL ORDER BY partition, number"))
        {
            var (partition, manifest, bytes) = row.Split('|') is [var p, var m, var b] ? (p, m, b) : throw new FormatException(row);
            var epoch = JournalCodec.TryRead(manifest, Convert.FromHexString(bytes), out var e, out var error) && e is Owned owned
                ? owned.Epoch : throw new FormatException($"{row}: {error}");
            if (last.TryGetValue(partition, out var before) && epoch <= before)
            {
                faults.Add($"{partition} is owned with epoch {epoch}, behind {before}");
            }

            last[partition] = epoch;
        }

        return faults;
    }

    private async Task<IReadOnlyList<string>> Ask(string sql) =>
        [.. (await _database.Query(ClusterPlant.DatabaseName, sql)).Where(static row => row.Length > 0)];
}
