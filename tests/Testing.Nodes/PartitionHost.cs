using System.IO.Compression;
using System.Text;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.TestKit;

namespace ActorLog.Testing.Nodes;

/// <summary>One partition over a real journal and a real folder, whose disk can be made to fail.</summary>
internal sealed class PartitionHost : IAsyncDisposable
{
    public const string HostName = "web-1";
    public const string Origin = "edge-1/run";

    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(2);

    // A disk that fails many times in a row is waited for 3 s each time.
    private static readonly TimeSpan StoreMax = TimeSpan.FromSeconds(90);

    private readonly NodeHost _node;
    private readonly FaultyStore _faults;

    private readonly Func<PartitionSetup, PartitionSetup> _arrange;

    private readonly TimeProvider _time;

    public PartitionHost(
        Func<AggregatorSettings, AggregatorSettings>? change = null,
        TimeProvider? time = null,
        Func<PartitionSetup, PartitionSetup>? arrange = null)
    {
        _time = time ?? TimeProvider.System;
        _arrange = arrange ?? (static setup => setup);
        _node = new NodeHost(settings => settings with { Aggregator = change?.Invoke(settings.Aggregator) ?? settings.Aggregator });
        _faults = new FaultyStore(SystemStore.Open(Aggregator.Files.Directory));
        Store = new SharedStore(_faults);
        Start();
    }

    public static int Partition { get; } = Samples.SlotOf(HostName);

    public NodeHost Node => _node;

    public AggregatorSettings Aggregator => _node.Settings.Aggregator;

    public SharedStore Store { get; }

    public PartitionSetup Setup { get; private set; } = null!;

    public IntakeBudget Intake { get; } = new(64 * 1024 * 1024);

    public IActorRef Entity { get; private set; } = null!;

    public TestProbe Gateway { get; private set; } = null!;

    public TestProbe Upkeep { get; private set; } = null!;

    public long Next { get; set; } = 1;

    public void Fault(Action<FaultyStore> arrange) => Store.Do(() => arrange(_faults));

    /// <summary>Sends the next part without waiting.</summary>
    public long Send(params string[] messages)
    {
        var n = Next++;
        SendAs(n, n == 1 ? null : n - 1, messages);
        return n;
    }

    public void SendAs(long n, long? prev, params string[] messages) => SendTo(Entity, n, prev, messages);

    public void SendTo(IActorRef owner, long n, long? prev, params string[] messages) =>
        owner.Tell(new TakePart(Partition, Origin, n, prev, "edge-1", Samples.Block(HostName, messages)), Gateway);

    public void SendBlock(long n, byte[] block) => Entity.Tell(new TakePart(Partition, Origin, n, n == 1 ? null : n - 1, "edge-1", block), Gateway);

    /// <summary>
    /// Sends the next part, and sends it again until it is stored: as a gateway does also when nobody answers, since what is in the
    /// mailbox of an owner that ends is lost.
    /// </summary>
    public async Task StoreAsync(params string[] messages)
    {
        var n = Next++;
        var limit = DateTime.UtcNow + StoreMax;
        while (true)
        {
            Assert.True(DateTime.UtcNow < limit, $"part {n} was never stored");
            SendAs(n, n == 1 ? null : n - 1, messages);
            if (await FindAnswerAsync(n) is { Kind: PartAnswerKind.Stored })
            {
                return;
            }

            await Task.Delay(20);
        }
    }

    public async Task<PartAnswer> AnswerAsync(long n) =>
        (PartAnswer)await Gateway.FishForMessageAsync(m => m is PartAnswer answer && answer.N == n, NodeHost.Patience);

    /// <summary>The messages of all segments of the host, sealed ones first.</summary>
    public List<string> Lines() =>
        [.. Segments().SelectMany(ReadLines).Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..])];

    public IEnumerable<string> Segments() =>
        Directory.EnumerateFiles(Aggregator.Files.Directory, $"{HostName}.log*").Where(static path => !path.EndsWith(".tmp", StringComparison.Ordinal))
            .OrderBy(static path => path.Length < 12 || Path.GetFileName(path) == $"{HostName}.log" ? long.MaxValue : NumberOf(path));

    public async Task UntilLines(params string[] wanted)
    {
        await NodeHost.Until(() => Lines().Count >= wanted.Length, $"{wanted.Length} lines stand in the files");
        Assert.Equal(wanted, Lines());
    }

    /// <summary>Wakes the partition as the node does, until a line stands in the files.</summary>
    public Task UntilWritten(string text) => NodeHost.Until(
        () =>
        {
            Entity.Tell(new WakePartition(Partition));
            return Lines().Contains(text);
        },
        $"'{text}' is written");

    public IReadOnlyList<(long N, string Manifest)> Journal()
    {
        using var connection = _node.JournalFile.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence_number, manifest FROM journal WHERE deleted = 0 ORDER BY sequence_number";
        using var reader = command.ExecuteReader();
        var rows = new List<(long, string)>();
        while (reader.Read())
        {
            rows.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return rows;
    }

    /// <summary>SQL that gives the first part of the journal another block.</summary>
    public string UpdateOf(long row, byte[] block)
    {
        var part = new PartStored(Origin, 1, null, "edge-1", 1, 1, 0, block);
        return $"UPDATE journal SET message = x'{Convert.ToHexString(JournalCodec.Write(part))}' WHERE sequence_number = {row} AND persistence_id = 'partition-{Partition}'";
    }

    public Task UntilJournaled(string manifest, int times = 1) =>
        NodeHost.Until(() => Journal().Count(row => row.Manifest.StartsWith(manifest, StringComparison.Ordinal)) >= times, $"{times} {manifest}");

    /// <summary>Ends the partition with the message of a hand-over, and starts it anew.</summary>
    public async Task HandOverAsync()
    {
        Gateway.Watch(Entity);
        Entity.Tell(StopPartition.Instance);
        await Gateway.FishForMessageAsync(static m => m is Terminated, NodeHost.Patience);
        StartEntity();
    }

    /// <summary>Ends everything as it is, and starts anew over the same files.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await _node.RestartAsync(meanwhile);
        Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _node.System.Terminate();
        Store.Dispose();
        await _node.DisposeAsync();
    }

    private static long NumberOf(string path) =>
        SegmentName.TryParse(Path.GetFileName(path), out var name) ? name.Number : throw new InvalidOperationException(path);

    private static IEnumerable<string> ReadLines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private void Start()
    {
        Gateway = _node.Probe();
        Upkeep = _node.Probe();
        Assert.True(PathTemplate.TryParse(Aggregator.Files.PathTemplate, out var template, out _));
        Setup = _arrange(new PartitionSetup("node-1", Aggregator, Store, template, _node.Ledger, Intake, Upkeep,
            new RejectedFolder(Store, PartitionRejects.Directory, _node.Settings.RejectedBytesMax), _time)
        {
            Journal = _node.Postgres,
            Files = new FileBudget(Aggregator.LiveFilesMax ?? int.MaxValue, 1, _node.Ledger),
        });
        StartEntity();
    }

    // Below a parent that restarts it, as a shard does: a top-level actor of the node is stopped.
    private async Task<PartAnswer?> FindAnswerAsync(long n)
    {
        while (await Gateway.ReceiveOneAsync(SilenceMax) is { } message)
        {
            if (message is PartAnswer answer && answer.N == n)
            {
                return answer;
            }
        }

        return null;
    }

    private void StartEntity() => Entity = StartOwner();

    /// <summary>From now on the partition is started anew by the next message when its journal has stopped it, as a shard does.</summary>
    public async Task UseShardAsync()
    {
        await Entity.GracefulStop(NodeHost.Patience);
        Entity = _node.System.ActorOf(Props.Create(() => new Shard(PartitionEntity.Props(Partition, Setup))));
    }

    /// <summary>One more that believes itself the owner, on this system or another.</summary>
    public IActorRef StartOwner(ActorSystem? system = null)
    {
        var parent = (system ?? _node.System).ActorOf(Props.Create(() => new Parent()));
        return parent.Ask<IActorRef>(PartitionEntity.Props(Partition, Setup), NodeHost.Patience).GetAwaiter().GetResult();
    }

    private sealed class Shard : ReceiveActor
    {
        private IActorRef _entity = ActorRefs.Nobody;

        public Shard(Props props)
        {
            Receive<Terminated>(_ => _entity = ActorRefs.Nobody);
            ReceiveAny(message =>
            {
                _entity = _entity.IsNobody() ? Context.Watch(Context.ActorOf(props)) : _entity;
                _entity.Forward(message);
            });
        }
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent() => Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
    }
}
