using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Data.Sqlite;

namespace ActorLog.Benchmarks;

/// <summary>A node's actor system with its two databases in a folder of its own, and no node in it.</summary>
internal sealed class BenchmarkSystem : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public BenchmarkSystem()
    {
        var defaults = SettingsReader.Read(SettingsRequest.Default).Settings!;
        Settings = defaults with
        {
            Roles = NodeRoles.Edge,
            Akka = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, loggers = [] }"),
        };
        var setup = BootstrapSetup.Create().WithConfig(AkkaConfig.Of(Settings)).And(PersistencePlugins.Bind(
            SqliteFile.Prepare(Path.Combine(_folder.Path, "spool.db")),
            SqliteFile.Prepare(Path.Combine(_folder.Path, "journal.db"), DatabaseKind.Journal)));
        System = ActorSystem.Create("benchmark", setup);
    }

    public NodeSettings Settings { get; }

    public ActorSystem System { get; }

    public void Dispose()
    {
        System.Terminate().GetAwaiter().GetResult();
        System.Dispose();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
