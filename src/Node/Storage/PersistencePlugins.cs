using System.Data.Common;
using System.Runtime.CompilerServices;
using ActorLog.Sinks.Storage;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActorLog.Node.Storage;

/// <summary>The journals of Akka.Persistence.Sql: one for the spool, one (with snapshots) for the aggregator.</summary>
internal static class PersistencePlugins
{
    /// <summary>The spool's journal.</summary>
    public const string SpoolJournal = "akka.persistence.journal.spool";

    /// <summary>The aggregator's journal.</summary>
    public const string PartitionJournal = "akka.persistence.journal.partitions";

    /// <summary>The aggregator's snapshots.</summary>
    public const string PartitionSnapshots = "akka.persistence.snapshot-store.partitions";

    // linq2db's name for SQLite by Microsoft.Data.Sqlite.
    private const string Sqlite = "SQLite.MS";

    /// <summary>
    /// The plugins' configuration below the user's: the library's defaults under our names, and what was measured.
    /// Multi-row inserts with parameters are three times as fast as literals; one writer is what SQLite has; the breaker
    /// is out of reach since one refused row fails its whole group (design review, H4).
    /// </summary>
    public static Config Defaults { get; } = ConfigurationFactory.ParseString(
        JournalOf("spool") + JournalOf("partitions") + """

        akka.persistence.snapshot-store.partitions {
          plugin-id = "akka.persistence.snapshot-store.partitions"
          provider-name = "SQLite.MS"
          use-clone-connection = false
          auto-initialize = off
          circuit-breaker {
            max-failures = 1000000
            call-timeout = 10m
            reset-timeout = 1s
          }
        }
        """).WithFallback(ConfigurationFactory.ParseString(
            Resource("persistence.conf") + "\n" + Resource("snapshot.conf") + "\n"
            + "akka.persistence.journal.spool = ${akka.persistence.journal.sql}\n"
            + "akka.persistence.journal.partitions = ${akka.persistence.journal.sql}\n"
            + "akka.persistence.snapshot-store.partitions = ${akka.persistence.snapshot-store.sql}\n"));

    /// <summary>
    /// What another database than SQLite needs, over <see cref="Defaults"/>: a few writers beside each other, since a commit
    /// waits for the disk and not for its turn.
    /// </summary>
    public static Config OnPostgres { get; } = ConfigurationFactory.ParseString($$"""
        akka.persistence.journal.partitions {
          provider-name = "{{PostgresJournal.Provider}}"
          parallelism = 3
        }
        akka.persistence.snapshot-store.partitions {
          provider-name = "{{PostgresJournal.Provider}}"
        }
        """);

    /// <summary>Binds the plugins to their databases, every connection with what it is told first.</summary>
    public static Setup Bind(SqliteFile? spool, IJournal? journal)
    {
        var setup = new MultiDataOptionsSetup();
        if (spool is not null)
        {
            setup.AddDataOptions(SpoolJournal, OptionsOf(spool, "edge.journal-before-commit"));
        }

        if (journal is not null)
        {
            setup.AddDataOptions(PartitionJournal, journal.Options("agg.journal-before-commit"));
            setup.AddDataOptions(PartitionSnapshots, journal.Options());
        }

        return setup;
    }

    internal static DataOptions OptionsOf(SqliteFile file, string beforeCommit = "")
    {
        // A pooled handle keeps what it was told.
        var told = new ConditionalWeakTable<sqlite3, string>();
        return new DataOptions().UseConnectionString(Sqlite, file.ConnectionString).UseAfterConnectionOpened(
            Tell,
            async (connection, _) =>
            {
                // SQLite never waits asynchronously: without this the journal's stream commits on its own thread, and finds the
                // events that came meanwhile one by one behind it instead of gathered for the next commit.
                await Task.Yield();
                Tell(connection);
            });

        void Tell(DbConnection connection)
        {
            var sqlite = (SqliteConnection)connection;
            if (!told.TryAdd(sqlite.Handle!, beforeCommit))
            {
                return;
            }

            using var command = sqlite.CreateCommand();
            command.CommandText = SqliteFile.ConnectionPragmas;
            command.ExecuteNonQuery();
            if (CrashPoint.IsArmed(beforeCommit))
            {
                raw.sqlite3_commit_hook(sqlite.Handle, Pass, beforeCommit);
            }
        }
    }

    // SQLite calls it when all is written but the commit itself; 0 lets the commit go on.
    private static int Pass(object place)
    {
        CrashPoint.Pass((string)place);
        return 0;
    }

    private static string JournalOf(string name) => $$"""

        akka.persistence.journal.{{name}} {
          plugin-id = "akka.persistence.journal.{{name}}"
          provider-name = "SQLite.MS"
          use-clone-connection = false
          parallelism = 1
          prefer-parameters-on-multirow-insert = true
          tag-write-mode = Csv
          auto-initialize = off
          replay-batch-size = 20
          replay-filter.mode = off
          circuit-breaker {
            max-failures = 1000000
            call-timeout = 10m
            reset-timeout = 1s
          }
        }

        """;

    private static string Resource(string name)
    {
        var assembly = typeof(SqlPersistence).Assembly;
        using var stream = assembly.GetManifestResourceStream($"Akka.Persistence.Sql.{name}")
            ?? throw new InvalidOperationException($"Akka.Persistence.Sql no longer carries {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
