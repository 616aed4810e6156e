using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Actor;

namespace ActorLog.Node.Tests;

/// <summary>A whole node in this process, in a folder of its own, wired as the program wires it; only a signal is missing.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _system;
    private readonly NodeStores _stores = new();
    private readonly AggregatorNode _aggregator;
    private readonly EdgeNode _edge;
    private readonly LedgerKeeper _keeper;
    private bool _isStopped;

    public TestNode(string folder, params string[] overrides)
    {
        Settings = Read(folder, overrides);
        var spool = SqliteFile.Prepare(Settings.Spool.Path);
        var journal = SqliteFile.Prepare(Settings.Aggregator.JournalPath);
        _system = ActorSystem.Create(
            "actorlog", BootstrapSetup.Create().WithConfig(AkkaConfig.Of(Settings)).And(PersistencePlugins.Bind(spool, journal)));
        _keeper = new LedgerKeeper(Ledger, spool, Settings.Name, NodeLog.Of(_system));
        var status = _system.ActorOf(StatusActor.Props(Readiness, Ledger), "status");
        _aggregator = AggregatorNode.Start(_system, Settings, journal, null, _stores, Ledger, Readiness, status, TimeProvider.System);
        _edge = EdgeNode.Start(_system, Settings, spool, new NodeIdentities(Settings), _aggregator, _stores, Ledger, Readiness, status, TimeProvider.System);
    }

    public NodeSettings Settings { get; }

    public Ledger Ledger { get; } = new();

    public Readiness Readiness { get; } = new();

    /// <summary>Settings over the embedded defaults: one stream socket, a quick aggregator, no HTTP.</summary>
    public static NodeSettings Read(string folder, params string[] overrides)
    {
        var file = Path.Combine(folder, "node.hocon");
        File.WriteAllText(
            file,
            $$"""
            actorlog {
              name = node1
              data-directory = "{{folder}}"
              sources {
                in {
                  type = unix-stream
                  path = "in.sock"
                }
              }
              http.listen = off
              aggregator.settle-after = 0s
              aggregator.checkpoint-every = 100ms
            }
            """);
        var reading = SettingsReader.Read(SettingsRequest.Default with { ConfigPath = file, Overrides = overrides });
        return reading.Settings ?? throw new InvalidOperationException(string.Join('\n', reading.Faults));
    }

    /// <summary>Waits for a condition, which is looked at often.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        var limit = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < limit, $"in vain for {Patience}: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>Drains as a signal would have it.</summary>
    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            using var limit = new CancellationTokenSource(Patience);
            await _edge.DrainAsync(limit.Token);
            await _aggregator.StopAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        await _keeper.EndAsync(LedgerKeeper.Drained);
        await _keeper.DisposeAsync();
        _system.Dispose();
        _stores.Dispose();
    }
}
