using System.Text;
using ActorLog.Node.Links;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Receiving;

/// <summary>
/// One edge's connection: greets, checks that each stream is dense and that the edge may claim the hosts of a block, passes
/// parts to their partitions, and answers with what is stored and what is settled. Blocks are inflated and checked before
/// they get here, on the connection's own thread, so that none that cannot be read is ever persisted.
/// </summary>
internal sealed class EdgeConnectionActor : ReceiveActor, IWithTimers, IDisposable
{
    // One for each run that an edge still holds something of.
    private const int StreamsMax = 1024;
    private const int RewindDelayMs = 100;
    private const int LaterDelayMs = 500;
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(20);

    // An edge pings every five seconds.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    private readonly FrameLink _link;
    private readonly EdgeIdentity _edge;
    private readonly GatewaySetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<uint, EdgeStream> _streams = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly IntakeShare _share;
    private string _name = string.Empty;
    private int _version;
    private bool _hasToldRefused;
    private int _ticks;
    private bool _isHeard;

    /// <summary>See <see cref="Props"/>.</summary>
    public EdgeConnectionActor(FrameLink link, EdgeIdentity edge, GatewaySetup setup)
    {
        _link = link;
        _edge = edge;
        _setup = setup;
        _share = new IntakeShare(setup.Intake);
        Receive<DeliveryFrame.Hello>(OnHello);
        Receive<DeliveryFrame.Open>(OnOpen, _ => _name.Length > 0);
        Receive<DeliveryFrame.Skip>(OnSkip, _ => _version >= 2);
        Receive<BatchArrived>(OnBatch);
        Receive<PartAnswer>(OnAnswer);
        Receive<SettledAnswer>(OnSettled);
        Receive<DeliveryFrame.Ping>(ping =>
        {
            _isHeard = true;
            _link.Send(new DeliveryFrame.Pong(ping.Token));
        });
        Receive<DeliveryFrame.Bye>(OnBye);
        Receive<DeliveryFrame>(frame => End($"{frame.GetType().Name} is not what an edge may say now"));
        Receive<BadBlock>(bad => Refuse(bad.Stream, bad.N, $"it cannot be read: {bad.Error}"));
        Receive<LinkEnded>(OnLinkEnded);
        Receive<Tick>(_ => OnTick());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(FrameLink link, EdgeIdentity edge, GatewaySetup setup) =>
        Akka.Actor.Props.Create(() => new EdgeConnectionActor(link, edge, setup));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        var self = Self;
        Task.Run(() => _link.RunAsync(frame => TakeAsync(frame, self), _stop.Token)).PipeTo(
            self, success: static () => new LinkEnded(null), failure: static e => new LinkEnded(e.Message));
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TickEvery);
    }

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _share.Dispose();
    }

    // On the link's thread: waits for the node's budget, which is the backpressure, and checks a block to its last record.
    private async ValueTask TakeAsync(DeliveryFrame frame, IActorRef self)
    {
        if (frame is not DeliveryFrame.Batch batch)
        {
            self.Tell(frame);
            return;
        }

        if (!BlockReader.TryRead(batch.Block.Span, BlockLimits.Default, out var records, out var error))
        {
            self.Tell(new BadBlock(batch.Stream, batch.N, error.ToString()));
            return;
        }

        if (!_setup.Intake.TryKeepInflated(records))
        {
            records.Dispose();
            records = null;
        }

        await _share.TakeAsync(batch.Block.Length, _stop.Token);
        self.Tell(new BatchArrived(batch, records));
    }

    private void OnHello(DeliveryFrame.Hello hello)
    {
        var why = hello.Version < DeliveryFrame.ProtocolVersionMin
            ? $"it speaks protocol {hello.Version}, this node {DeliveryFrame.ProtocolVersionMin} to {DeliveryFrame.ProtocolVersion}"
            : hello.Slots != _setup.Partitions
                ? $"it divides hosts into {hello.Slots} partitions, this cluster into {_setup.Partitions}: set actorlog.partitions alike"
                : !_edge.Allows(Encoding.UTF8.GetBytes(hello.Edge))
                    ? $"its certificate does not allow the name '{hello.Edge}' (it allows {string.Join(", ", _edge.Claims!.Patterns)})"
                    : null;
        if (why is not null)
        {
            End($"edge '{hello.Edge}' refused: {why}", why);
            return;
        }

        _name = hello.Edge;
        _version = Math.Min(hello.Version, DeliveryFrame.ProtocolVersion);
        _log.Info("edge {0} connected from {1} ({2})", hello.Edge, _edge.Peer, hello.Software);
        _link.Send(new DeliveryFrame.Welcome(_version, _setup.JournalId, _setup.Timeline, _setup.Node));
    }

    private void OnOpen(DeliveryFrame.Open open)
    {
        var stream = new EdgeStream(
            open.Stream, open.Origin, new StreamWindow(open.Floor, _setup.Partitions, _setup.Settings.InFlightBytesMax));
        if (_streams.Count >= StreamsMax || !_streams.TryAdd(open.Stream, stream))
        {
            End($"stream {open.Stream} is open already, or one of too many ({StreamsMax} at once)");
        }
    }

    // Numbers that hold nothing are stored at once: no partition hears of them.
    private void OnSkip(DeliveryFrame.Skip skip)
    {
        if (!_streams.TryGetValue(skip.Stream, out var open))
        {
            return;
        }

        var before = open.Window.Stored;
        if (open.Window.TrySkip(skip.From, skip.Through) is not TakeOutcome.Taken and var refused)
        {
            Rewind(open, $"{skip.From} to {skip.Through} after {open.Window.Last}: {refused}", RewindDelayMs);
        }
        else if (open.Window.Stored > before)
        {
            _link.Send(new DeliveryFrame.Ack(open.Id, open.Window.Stored, open.Window.Settled));
        }
    }

    private void OnBatch(BatchArrived arrived)
    {
        _isHeard = true;
        var (stream, n, block) = arrived.Batch;
        if (!_streams.TryGetValue(stream, out var open))
        {
            // Sent before the edge heard that its stream was rewound.
            Release(arrived);
            return;
        }

        BlockHeader.TryRead(block.Span, out var header, out _);
        if (header.Slots != _setup.Partitions)
        {
            // Such as one that a spool has kept from before its setting was changed: its hosts belong to other partitions.
            Release(arrived);
            Refuse(stream, n, $"it is divided into {header.Slots} partitions, this cluster has {_setup.Partitions}");
            return;
        }

        if (FindForeignHost(header, block.Span) is { } host)
        {
            Release(arrived);
            Refuse(stream, n, $"the certificate does not allow the host '{host}'");
            return;
        }

        if (open.Window.TryTake(n, header.Slot, block.Length, out var prev) is not TakeOutcome.Taken and var refused)
        {
            Release(arrived);
            Rewind(open, $"{n} after {open.Window.Last}: {refused}", RewindDelayMs);
            return;
        }

        _setup.Region.Tell(new TakePart(header.Slot, open.Origin, n, prev, _name, block) { Records = arrived.Records });
    }

    private string? FindForeignHost(in BlockHeader header, ReadOnlySpan<byte> block)
    {
        if (_edge.Claims is null)
        {
            return null;
        }

        foreach (var host in header.HostsOf(block))
        {
            if (!_edge.Allows(host))
            {
                return Encoding.UTF8.GetString(host);
            }
        }

        return null;
    }

    private void OnAnswer(PartAnswer answer)
    {
        foreach (var stream in _streams.Values.Where(s => s.Origin == answer.Origin).ToArray())
        {
            switch (answer.Kind)
            {
                case PartAnswerKind.Stored:
                    Store(stream, answer.N);
                    break;
                case PartAnswerKind.ResendAfter when answer.N > stream.Window.Stored:
                    Rewind(stream, $"partition {answer.Partition} lacks what was before {answer.N}", RewindDelayMs);
                    break;
                case PartAnswerKind.Later when answer.N > stream.Window.Stored:
                    Rewind(stream, $"partition {answer.Partition}: {answer.Reason}", LaterDelayMs);
                    break;
                case PartAnswerKind.Refused:
                    Refuse(stream.Id, answer.N, $"partition {answer.Partition}: {answer.Reason}");
                    break;
            }
        }
    }

    private void Store(EdgeStream stream, long n)
    {
        var pending = stream.Window.PendingBytes;
        var before = stream.Window.Stored;
        var stored = stream.Window.OnPartStored(n);
        _share.Give(pending - stream.Window.PendingBytes);
        stream.SilentTicks = 0;
        if (stored > before)
        {
            _link.Send(new DeliveryFrame.Ack(stream.Id, stored, stream.Window.Settled));
        }
    }

    private void OnSettled(SettledAnswer answer)
    {
        foreach (var stream in _streams.Values.Where(s => s.Origin == answer.Origin))
        {
            var before = stream.Window.Settled;
            stream.Window.OnSettled(answer.Partition, answer.Settled, answer.Mark);
            if (stream.Window.Settled > before)
            {
                _link.Send(new DeliveryFrame.Ack(stream.Id, stream.Window.Stored, stream.Window.Settled));
            }
        }
    }

    private void OnTick()
    {
        if (_link.Waiting > SilenceMax)
        {
            _log.Warning("edge {0} at {1}: no word for {2:F0} s, the connection is given up", _name, _edge.Peer, SilenceMax.TotalSeconds);
            Context.Stop(Self);
            return;
        }

        _ticks++;
        if (_isHeard)
        {
            _isHeard = false;
            Context.Parent.Tell(new EdgeHeard(_name, _edge.Peer));
        }

        var pollTicks = Math.Clamp((int)(_setup.Settings.SettleAfter.TotalSeconds / 4), 1, 10);
        foreach (var stream in _streams.Values.ToArray())
        {
            if (stream.Window.PendingCount > 0 && ++stream.SilentTicks > AnswerMax / TickEvery)
            {
                Rewind(stream, "no answer from a partition", LaterDelayMs);
            }
            else if (_ticks % pollTicks == 0 && stream.Window.Settled < stream.Window.Stored)
            {
                for (var partition = 0; partition < _setup.Partitions; partition++)
                {
                    _setup.Region.Tell(new AskSettled(partition, stream.Origin, stream.Window.Stored));
                }
            }
        }
    }

    private void Rewind(EdgeStream stream, string why, int delayMs)
    {
        _log.Debug("edge {0}, {1}: rewind, {2}", _name, stream.Origin, why);
        Close(stream);
        _link.Send(new DeliveryFrame.Rewind(stream.Id, why, delayMs));
    }

    // One block will never be taken: its stream ends, and the edge goes on behind it. What it may mean is the edge's to say.
    private void Refuse(uint stream, long n, string why)
    {
        if (!_streams.TryGetValue(stream, out var open))
        {
            return;
        }

        if (_version < 2)
        {
            End($"edge '{_name}', block {n} of {open.Origin}: {why}", why);
            return;
        }

        // One of many is told, so that nobody fills this node's log.
        _log.Log(
            _hasToldRefused ? LogLevel.DebugLevel : LogLevel.WarningLevel, null, "edge {0}: block {1} of {2} is refused: {3}",
            [_name, n, open.Origin, why]);
        _hasToldRefused = true;
        Close(open);
        _link.Send(new DeliveryFrame.BlockRefused(stream, n, why));
    }

    private void Close(EdgeStream stream)
    {
        _streams.Remove(stream.Id);
        _share.Give(stream.Window.PendingBytes);
    }

    private void OnBye(DeliveryFrame.Bye bye)
    {
        foreach (var origin in bye.DrainedOrigins)
        {
            for (var partition = 0; partition < _setup.Partitions; partition++)
            {
                _setup.Region.Tell(new EndOrigin(partition, origin));
            }
        }

        _log.Info("edge {0} at {1} says goodbye", _name, _edge.Peer);
        Context.Stop(Self);
    }

    private void End(string why, string? toEdge = null)
    {
        _log.Warning("connection from {0} ended: {1}", _edge.Peer, why);
        _link.Send(new DeliveryFrame.Refused(toEdge ?? why, Retry: true));
        _link.CompleteSending();
        Become(() =>
        {
            Receive<LinkEnded>(OnLinkEnded);
            Receive<BatchArrived>(Release);
            Receive<Tick>(_ => Context.Stop(Self));
            ReceiveAny(static _ => { });
        });
    }

    private void OnLinkEnded(LinkEnded ended)
    {
        if (_name.Length > 0)
        {
            _log.Info("edge {0} at {1} disconnected{2}", _name, _edge.Peer, ended.Why is null ? string.Empty : $": {ended.Why}");
        }
        else
        {
            // An edge judges the certificate when the gateway has already taken it for connected.
            _log.Warning("{0} left before it said who it is: it may not accept this node's certificate", _edge.Peer);
        }

        Context.Stop(Self);
    }

    private void Release(BatchArrived arrived)
    {
        _share.Give(arrived.Batch.Block.Length);
        if (arrived.Records is not null)
        {
            _setup.Intake.GiveInflated(arrived.Records);
            arrived.Records.Dispose();
        }
    }

    private sealed class EdgeStream(uint id, string origin, StreamWindow window)
    {
        public uint Id { get; } = id;

        public string Origin { get; } = origin;

        public StreamWindow Window { get; } = window;

        public int SilentTicks { get; set; }
    }

    private sealed record BatchArrived(DeliveryFrame.Batch Batch, RecordBatch? Records);

    private sealed record BadBlock(uint Stream, long N, string Error);

    private sealed record LinkEnded(string? Why);

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}
