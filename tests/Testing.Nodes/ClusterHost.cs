using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorLog.Testing.Nodes;

/// <summary>
/// Aggregators with a data root each, over one journal, in one cluster. Partitions are started where the test wants them:
/// which node believes itself the owner, and how long, is its decision.
/// </summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private readonly NodeHost _host;
    private readonly List<ClusterNode> _nodes = [];

    public ClusterHost(Func<AggregatorSettings, AggregatorSettings>? change = null) =>
        _host = new NodeHost(settings => settings with
        {
            Roles = NodeRoles.Aggregator,
            Aggregator = change?.Invoke(settings.Aggregator) ?? settings.Aggregator,
        });

    public NodeHost Host => _host;

    /// <summary>Starts a node, or one anew whose data root is there.</summary>
    public async Task<ClusterNode> StartAsync(string name)
    {
        var node = new ClusterNode(name, _host, _host.StartOther());
        _nodes.Add(node);
        var first = _nodes.First(static n => !n.IsOver);
        node.Cluster.Join(first.Cluster.SelfAddress);
        await NodeHost.Until(() => node.Cluster.SelfMember.Status == MemberStatus.Up, $"{name} is up");
        return node;
    }

    /// <summary>Ends a node as it is: nothing is checkpointed, and nobody is told but by the others' downing it.</summary>
    public async Task CrashAsync(ClusterNode node)
    {
        var address = node.Cluster.SelfAddress;
        await node.DisposeAsync();
        foreach (var other in _nodes.Where(static n => !n.IsOver))
        {
            other.Cluster.Down(address);
            await NodeHost.Until(() => other.Cluster.State.Members.All(m => m.Address != address), $"{node.Name} is gone");
        }
    }

    /// <summary>The messages of a host, in all files of all roots.</summary>
    public List<string> Lines(string host) =>
        [.. _nodes.Select(static n => n.Directory).Distinct().SelectMany(directory => LinesIn(directory, host))];

    public static List<string> LinesIn(string directory, string host) =>
        [.. Directory.EnumerateFiles(directory, $"{host}.log*").Order(StringComparer.Ordinal).SelectMany(static path =>
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]);
        })];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Where(static n => !n.IsOver))
        {
            await node.DisposeAsync();
        }

        await _host.DisposeAsync();
    }
}

/// <summary>One of them.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private readonly SharedStore _store;
    private readonly PartitionSetup _setup;

    public ClusterNode(string name, NodeHost host, ActorSystem system)
    {
        Name = name;
        System = system;
        Directory = Path.Combine(host.Folder, name);
        _store = new SharedStore(SystemStore.Open(Directory));
        Gateway = new TestKit(system).CreateTestProbe();
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        _setup = new PartitionSetup(
            name, host.Settings.Aggregator, _store, template, new Ledger(), new IntakeBudget(1024 * 1024), Gateway.Ref,
            new RejectedFolder(_store, PartitionRejects.Directory, 1024), TimeProvider.System);
        Keeper = system.ActorOf(RootKeeperActor.Props(_setup), RootKeeperActor.Name);
        _setup = _setup with { Keeper = Keeper };
    }

    public string Name { get; }

    public string Directory { get; }

    public string RootId => _setup.Store.RootId.ToString("N");

    public ActorSystem System { get; }

    public Cluster Cluster => Cluster.Get(System);

    public TestProbe Gateway { get; }

    public IActorRef Keeper { get; }

    public bool IsOver { get; private set; }

    /// <summary>A partition that believes itself the owner.</summary>
    public async Task<IActorRef> StartOwnerAsync(int partition) =>
        await System.ActorOf(Props.Create(() => new Parent())).Ask<IActorRef>(PartitionEntity.Props(partition, _setup), NodeHost.Patience);

    /// <summary>Sends a part, and again, until it is stored.</summary>
    public async Task StoreAsync(IActorRef owner, string host, long n, long? prev, string text)
    {
        var limit = DateTime.UtcNow + NodeHost.Patience;
        PartAnswer answer;
        do
        {
            Assert.True(DateTime.UtcNow < limit, $"part {n} was never stored");
            owner.Tell(new TakePart(Samples.SlotOf(host), "run", n, prev, "edge-1", Samples.Block(host, text)), Gateway.Ref);
            answer = (PartAnswer)await Gateway.FishForMessageAsync(m => m is PartAnswer a && a.N == n, NodeHost.Patience);
        }
        while (answer.Kind != PartAnswerKind.Stored);
    }

    public async ValueTask DisposeAsync()
    {
        IsOver = true;
        await System.Terminate();
        _store.Dispose();
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent() => Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
    }
}
