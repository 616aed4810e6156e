using System.Net;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorLog.Testing.Nodes;

/// <summary>The node's actor system over real SQLite files in a folder of its own; it can be ended and started anew.</summary>
internal sealed class NodeHost : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Config Quiet = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          loggers = []
        }
        """);

    private IStore? _rejected;

    private readonly List<ActorSystem> _others = [];

    public NodeHost(Func<NodeSettings, NodeSettings>? change = null)
    {
        Folder = Directory.CreateTempSubdirectory("al").FullName;
        var settings = SettingsIn(Folder);
        Settings = change?.Invoke(settings) ?? settings;
        SpoolFile = SqliteFile.Prepare(Settings.Spool.Path);
        JournalFile = SqliteFile.Prepare(Settings.Aggregator.JournalPath);
        if (Settings.Aggregator.Postgres is { } postgres)
        {
            Postgres = new PostgresJournal(postgres, JournalFile);
            Postgres.OpenAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        Start();
    }

    public string Folder { get; }

    public NodeSettings Settings { get; }

    public SqliteFile SpoolFile { get; }

    public SqliteFile JournalFile { get; }

    /// <summary>The journal, when the settings have it on PostgreSQL.</summary>
    public PostgresJournal? Postgres { get; }

    public SpoolDatabase Spool => new(SpoolFile);

    public Ledger Ledger { get; } = new();

    /// <summary>The folder of blocks that were set aside.</summary>
    public string RejectedPath => Path.Combine(Folder, "rejected");

    public ActorSystem System { get; private set; } = null!;

    /// <summary>What the journals are to do.</summary>
    public JournalScript Journal { get; } = new();

    /// <summary>Laid over the product's configuration of Akka: what a planted bug changes.</summary>
    public Config Planted { get; set; } = Config.Empty;

    public TestKit Kit { get; private set; } = null!;

    public static Task Until(Func<bool> condition, string what) => Until(condition, () => what);

    /// <summary>Waits for a condition; what was waited for is asked when it did not come, so that it can say how far it came.</summary>
    public static async Task Until(Func<bool> condition, Func<string> what)
    {
        var limit = DateTime.UtcNow + Patience;
        while (!condition())
        {
            if (DateTime.UtcNow >= limit)
            {
                Assert.Fail("waited in vain until " + what());
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Whether this process has a file open.</summary>
    public static bool IsOpen(string path) => new DirectoryInfo("/proc/self/fd").EnumerateFiles().Any(fd => fd.LinkTarget == path);

    /// <summary>Where an edge of this node sets blocks aside.</summary>
    public RejectedBlocks Rejected()
    {
        _rejected ??= SystemStore.Open(RejectedPath);
        return new RejectedBlocks(new RejectedFolder(_rejected, string.Empty, Settings.RejectedBytesMax), RejectedPath, Ledger);
    }

    public TestProbe Probe() => Kit.CreateTestProbe();

    /// <summary>Ends all actors as they are, and begins a new system over the same files.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await System.Terminate();
        meanwhile?.Invoke();
        Start();
    }

    /// <summary>Another system over the same files, as another process would be.</summary>
    public ActorSystem StartOther()
    {
        _others.Add(NewSystem());
        return _others[^1];
    }

    public void Execute(SqliteFile file, string sql)
    {
        using var connection = file.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this project's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        foreach (var other in _others)
        {
            await other.Terminate();
        }

        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }

        _rejected?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private static NodeSettings SettingsIn(string folder)
    {
        var files = new FileSinkSettings(
            Path.Combine(folder, "files"), "{host}.log", TimeZoneInfo.Utc, RotationSettings.None, RetentionSettings.None);
        return new NodeSettings(
            "edge-1",
            folder,
            NodeRoles.Edge,
            16,
            false,
            1024 * 1024,
            [],
            [],
            [],
            new BatchingSettings(256 * 1024, TimeSpan.FromMilliseconds(5), 64, TimeSpan.FromSeconds(5), BlockCompression.Zstd),
            new SpoolSettings(Path.Combine(folder, "spool.db"), 64 * 1024 * 1024, SpoolFullPolicy.DropNewest),
            new ForwardSettings([], 64 * 1024, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10)),
            new AggregatorSettings(
                new IPEndPoint(IPAddress.Loopback, 0), Path.Combine(folder, "journal.db"), files, 4 * 1024 * 1024,
                TimeSpan.FromMilliseconds(200), 64 * 1024 * 1024, TimeSpan.FromSeconds(1), 64 * 1024 * 1024, 10),
            null,
            null,
            Quiet);
    }

    private void Start()
    {
        System = NewSystem();
        Kit = new TestKit(System);
    }

    private ActorSystem NewSystem()
    {
        var config = Planted.WithFallback(FaultyJournal.Instead).WithFallback(AkkaConfig.Of(Settings)).WithFallback(TestKitBase.DefaultConfig);
        return ActorSystem.Create(
            "actorlog", BootstrapSetup.Create().WithConfig(config).And(PersistencePlugins.Bind(SpoolFile, Postgres ?? (IJournal)JournalFile)).And(Journal));
    }
}
