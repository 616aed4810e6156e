using System.Net;
using ActorLog.Drills.Running;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Testing.Nodes;
using ActorLog.Testing.Processes;
using Akka.Actor;

namespace ActorLog.Drills.Scale;

/// <summary>
/// Edges by the thousand in this process: the product's spools and forwarders with its settings, each with a connection over
/// TLS; they share one actor system and one database. What they lack of an edge is its listeners.
/// </summary>
internal sealed class ManyEdges : IAsyncDisposable
{
    /// <summary>How long anything may take that is waited for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // As many as a gateway greets at once, several times over, and few enough that none waits in vain.
    private const int Wave = 200;

    // As config/akka.hocon has them.
    private static readonly ForwardSettings Defaults = new(
        [], 8 << 20, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    private readonly NodeHost _node;
    private readonly EdgeBlocks _blocks = new();
    private readonly List<IActorRef> _spools = [];
    private readonly List<IActorRef> _forwarders = [];
    private readonly TlsIdentity _identity;
    private readonly ActorLogProcess _aggregator;
    private readonly int _gateway;
    private readonly int _hosts;
    private readonly long[] _sent;

    /// <summary>None yet, see <see cref="Grow"/>.</summary>
    /// <param name="certificates">The folder of certificates.</param>
    /// <param name="aggregator">The aggregator, for what it says when something fails.</param>
    /// <param name="gateway">Its port.</param>
    /// <param name="most">How many there will be at most.</param>
    /// <param name="hosts">Of how many machines: their records are filed under these.</param>
    public ManyEdges(string certificates, ActorLogProcess aggregator, int gateway, int most, int hosts)
    {
        _aggregator = aggregator;
        _gateway = gateway;
        _hosts = hosts;
        _sent = new long[most];
        _identity = new TlsIdentity(new TlsSettings(
            Path.Combine(certificates, "ca.pem"),
            Path.Combine(certificates, "edge-node.pem"),
            Path.Combine(certificates, "edge-node-key.pem")));
        _node = new NodeHost(static settings => settings with { Spool = settings.Spool with { BytesMax = 1L << 30 } });
        Ledger.Begin(new OracleSender(0, most, null, $"tls:{gateway}"));
    }

    /// <summary>How many there are.</summary>
    public int Count => _spools.Count;

    /// <summary>What the spools have committed.</summary>
    public OracleLedger Ledger { get; } = new();

    /// <summary>Who is connected, and why others are not.</summary>
    public UplinkTally Status { get; } = new();

    /// <summary>Starts further ones, a few hundred at a time, until there are so many and all are connected.</summary>
    public async Task Grow(int count)
    {
        // A spool that starts takes over what it finds, which would be another's.
        await UntilSettled();
        while (Count < count)
        {
            for (var wave = Math.Min(Wave, count - Count); wave > 0; wave--)
            {
                await StartOne(Count);
            }

            await UntilUp(Count);
        }
    }

    /// <summary>Waits until so many are connected, or more.</summary>
    public Task UntilUp(int count) => Until(() => Task.FromResult(Status.Up >= count), $"{count} are connected");

    /// <summary>Waits until none is connected: the aggregator has ended.</summary>
    public Task UntilDown() => Eventually.True(() => Status.Up == 0, Limit, "none is connected");

    /// <summary>Has each spool so many blocks of so many messages; when it returns they are committed.</summary>
    public async Task Spool(int blocks, int messages)
    {
        var outcomes = new List<Task>();
        for (var block = 0; block < blocks; block++)
        {
            for (var i = 0; i < _spools.Count; i++)
            {
                outcomes.Add(SpoolOne(i, messages));
            }
        }

        await Task.WhenAll(outcomes);
    }

    /// <summary>Waits until a journal has stored everything.</summary>
    public Task UntilStored() => Until(
        async () =>
        {
            foreach (var forwarder in _forwarders)
            {
                if (!(await forwarder.Ask<ForwarderActor.Drained>(new ForwarderActor.AskDrained(), Limit)).IsDrained)
                {
                    return false;
                }
            }

            return true;
        },
        "all is stored");

    /// <summary>Waits until the spools have forgotten everything.</summary>
    public Task UntilSettled() => Until(() => Task.FromResult(_node.Spool.Leftovers().Count == 0), "all is settled");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _blocks.Dispose();
        await _node.DisposeAsync();
    }

    private Task Until(Func<Task<bool>> condition, string what) => Eventually.True(
        async () =>
        {
            DrillRun.Require(!_aggregator.Process.HasExited, $"it has ended before {what}: {_aggregator.Process.Account()}");
            return await condition();
        },
        Limit,
        () => $"{what}: {Status.Up} are; {Status.Faults()}\n{_aggregator.Process.Account()}");

    private async Task StartOne(int i)
    {
        var name = $"pod{i}";
        var watch = _node.System.ActorOf(UplinkTally.Watch(Status));
        var uplink = new TlsUplink([new DnsEndPoint("127.0.0.1", _gateway)], _identity);
        var forwarder = _node.System.ActorOf(ForwarderActor.Props(new ForwarderSetup(
            Defaults, name, _node.Settings.Partitions, "drill", uplink, _node.Spool, _node.Rejected(), _node.Ledger, watch)));
        var spool = _node.System.ActorOf(SpoolActor.Props(_node.Settings.Spool, name, _node.Spool, _node.Ledger, forwarder));
        // It has begun before any other has something to spool.
        await spool.Ask<ActorIdentity>(new Identify(null), Limit);
        _forwarders.Add(forwarder);
        _spools.Add(spool);
    }

    private async Task SpoolOne(int i, int messages)
    {
        var block = _blocks.Make(i, $"machine{i % _hosts}", _sent[i], messages, _node.Settings.Partitions);
        _sent[i] += messages;
        var outcome = new TaskCompletionSource<SpoolOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _spools[i].Tell(new SpoolBlocks([block], messages, outcome));
        DrillRun.Require(await outcome.Task == SpoolOutcome.Spooled, "the spool is full");
        Ledger.EnterSent(0, i, messages);
    }
}
