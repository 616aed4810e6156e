using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorLog.Node.Clustering;
using ActorLog.Node.Hosting;
using ActorLog.Node.Reading;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorLog.Testing.Nodes;

/// <summary>
/// Aggregators of one cluster, each with a data root, whose partitions are started where the test wants them: which node
/// believes itself the owner, and how long, is its decision.
/// </summary>
internal sealed class OwnersHost(TimeSpan checkpointEvery) : IAsyncDisposable
{
    private readonly ClusterHost _cluster = new(0);
    private readonly List<OwnerNode> _nodes = [];

    /// <summary>Starts a node, or one anew whose data root is there.</summary>
    public async Task<OwnerNode> StartAsync(string name)
    {
        var node = new OwnerNode(name, _cluster, checkpointEvery);
        _nodes.Add(node);
        node.Cluster.Join(_nodes.First(static n => !n.IsOver).Cluster.SelfAddress);
        await NodeHost.Until(() => node.Cluster.SelfMember.Status == MemberStatus.Up, $"{name} is up");
        return node;
    }

    /// <summary>Ends a node as it is: nothing is checkpointed, and the others put it out.</summary>
    public async Task CrashAsync(OwnerNode node)
    {
        var address = node.Cluster.SelfAddress;
        await node.DisposeAsync();
        foreach (var other in _nodes.Where(static n => !n.IsOver))
        {
            other.Cluster.Down(address);
            await NodeHost.Until(() => other.Cluster.State.Members.All(m => m.Address != address), $"{node.Name} is gone");
        }
    }

    /// <summary>The messages of a host in the order in which a reader of all roots has them, and what it lacks.</summary>
    public (List<string> Messages, IReadOnlyList<string> Lacking) Read(string host, int partition)
    {
        var name = Encoding.UTF8.GetBytes(host);
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        var table = PartitionTable.Read(_nodes[0].Settings with { JournalPath = _cluster.Journal.Path }, partition);
        var stores = _nodes.Select(static n => n.Directory).Distinct().Select(SystemStore.OpenToRead).ToList();
        var sources = stores.Select(store => new DiskSegments(store, template, "root")).ToList();
        var plan = ReadingPlan.Of(
            [.. sources.Select(source => source.List(name))], table, new HostPaths(template, name), areAllRootsHere: true, DateTime.UtcNow.Ticks);
        var messages = new List<string>();
        foreach (var segment in plan.Segments)
        {
            using var lines = SegmentStream.Lines(sources[segment.Root], sources[segment.Root].Open(segment.Place) == SegmentOpening.Compressed);
            using var bytes = new MemoryStream();
            lines.CopyTo(bytes);
            var text = Encoding.UTF8.GetString(bytes.ToArray(), 0, (int)(segment.Committed ?? bytes.Length));
            messages.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]));
        }

        sources.ForEach(static source => source.Dispose());
        stores.ForEach(static store => store.Dispose());
        return (messages, plan.Lacking);
    }

    /// <summary>The messages of a host, in all files of all roots.</summary>
    public List<string> Lines(string host) =>
        [.. _nodes.Select(static n => n.Directory).Distinct().SelectMany(directory => LinesIn(directory, host))];

    public static List<string> LinesIn(string directory, string host) =>
        [.. Directory.EnumerateFiles(directory, $"{host}.log*").Order(StringComparer.Ordinal).SelectMany(static path =>
        {
            using var reader = new StreamReader(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]);
        })];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Where(static n => !n.IsOver))
        {
            await node.DisposeAsync();
        }

        await _cluster.DisposeAsync();
    }
}

/// <summary>One of them.</summary>
internal sealed class OwnerNode : IAsyncDisposable
{
    // Who is a member is the test's decision.
    private static readonly Config NobodyIsPutOut = ConfigurationFactory.ParseString("akka.cluster.downing-provider-class = \"\"");

    private readonly SharedStore _store;
    private readonly PartitionSetup _setup;
    private readonly ClusterLink _link;

    public OwnerNode(string name, ClusterHost cluster, TimeSpan checkpointEvery)
    {
        Name = name;
        Directory = Path.Combine(cluster.Folder, name, "logs");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var at = (IPEndPoint)socket.LocalEndPoint!;
        var advertised = new DnsEndPoint("127.0.0.1", at.Port);
        var settings = SettingsReader.Read(SettingsRequest.Default with
        {
            MachineName = name,
            Overrides =
            [
                $"data-directory={Path.Combine(cluster.Folder, name)}", "http.listen=off",
                $"aggregator.checkpoint-every={checkpointEvery.TotalMilliseconds:F0}ms", "aggregator.settle-after=0s",
            ],
        }).Settings!;
        settings = settings with { Aggregator = settings.Aggregator with { Cluster = new MembershipSettings(at, advertised, [advertised], 1) } };
        _link = new ClusterLink(settings.Aggregator.Cluster!, cluster.NodeIdentity, socket);
        System = ActorSystem.Create(
            "actorlog",
            BootstrapSetup.Create()
                .WithConfig(NobodyIsPutOut.WithFallback(TestKitBase.DefaultConfig).WithFallback(AkkaConfig.Of(settings)))
                .And(PersistencePlugins.Bind(null, cluster.Journal)).And(_link));
        _store = new SharedStore(SystemStore.Open(Directory));
        Gateway = new TestKit(System).CreateTestProbe();
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        _setup = new PartitionSetup(
            name, settings.Aggregator, _store, template, new Ledger(), new IntakeBudget(1024 * 1024), Gateway.Ref,
            new RejectedFolder(_store, PartitionRejects.Directory, 1024), TimeProvider.System)
        {
            Journal = cluster.Journal,
        };
        Keeper = System.ActorOf(RootKeeperActor.Props(_setup), RootKeeperActor.Name);
        _setup = _setup with { Keeper = Keeper };
    }

    public string Name { get; }

    public string Directory { get; }

    public AggregatorSettings Settings => _setup.Settings;

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
        _link.Dispose();
        _store.Dispose();
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent() => Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
    }
}
