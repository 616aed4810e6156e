using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Clustering;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Event;

namespace ActorLog.Testing.Nodes;

/// <summary>An aggregator of a <see cref="ClusterHost"/>, wired as the program wires it.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private static readonly Config Logging = ConfigurationFactory.ParseString("""
        akka {
          loglevel = INFO
          stdout-loglevel = OFF
          loggers = ["ActorLog.Testing.Nodes.KeepingLogger, ActorLog.Testing.Nodes"]
          coordinated-shutdown.run-by-actor-system-terminate = off
          # One process has all members, and a machine that is busy with other tests is no lost network.
          cluster.failure-detector.acceptable-heartbeat-pause = 5s
        }
        """);

    private readonly NodeStores _stores = new();
    private readonly KeptLog _log = new();

    public ClusterMember(
        ClusterHost host, int place, Socket socket, TlsIdentity identity, Func<NodeSettings, NodeSettings> change, SqliteFile journal)
    {
        Name = $"node-{place}";
        var folder = Path.Combine(host.Folder, Name);
        Directory.CreateDirectory(folder);
        var membership = new MembershipSettings(
            (IPEndPoint)socket.LocalEndPoint!, host.Seeds[place], host.Seeds, MembershipSettings.QuorumOf(host.Seeds.Count));
        var settings = SettingsReader.Read(SettingsRequest.Default with
        {
            MachineName = Name,
            Overrides = [$"data-directory={folder}", "http.listen=off", "aggregator.checkpoint-every=200ms", "aggregator.settle-after=0s"],
        }).Settings!;
        Settings = change(settings with { Aggregator = settings.Aggregator with { Cluster = membership } });
        var link = new ClusterLink(Settings.Aggregator.Cluster!, identity, socket);
        System = ActorSystem.Create(
            "actorlog",
            BootstrapSetup.Create().WithConfig(Logging.WithFallback(AkkaConfig.Of(Settings)))
                .And(PersistencePlugins.Bind(null, journal)).And(link).And(_log));
        var status = System.ActorOf(StatusActor.Props(Readiness, Ledger), "status");
        AggregatorNode.Start(System, Settings, journal, identity, _stores, Ledger, Readiness, status, TimeProvider.System, CancellationToken.None);
    }

    public string Name { get; }

    public NodeSettings Settings { get; }

    public ActorSystem System { get; }

    public Ledger Ledger { get; } = new();

    public Readiness Readiness { get; } = new();

    /// <summary>What it has logged, warnings and worse.</summary>
    public IReadOnlyList<string> Log => [.. _log.Lines];

    public bool IsUp => Cluster.Get(System).SelfMember.Status == MemberStatus.Up;

    /// <summary>Leaves as SIGTERM has it.</summary>
    public Task LeaveAsync() => CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);

    /// <summary>Ends without a word to the others.</summary>
    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        _stores.Dispose();
    }
}

/// <summary>Where <see cref="KeepingLogger"/> keeps a system's log.</summary>
internal sealed class KeptLog : Setup
{
    public ConcurrentQueue<string> Lines { get; } = new();
}

/// <summary>Keeps a system's warnings and errors for the test.</summary>
public sealed class KeepingLogger : ReceiveActor
{
    /// <summary>Made by Akka.</summary>
    public KeepingLogger()
    {
        var kept = Context.System.Settings.Setup.Get<KeptLog>().Value;
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(e =>
        {
            if (e.LogLevel() >= LogLevel.WarningLevel)
            {
                kept.Lines.Enqueue($"{e.LogSource} {e.LogClass.Name}: {e.Message}");
            }
        });
    }
}
