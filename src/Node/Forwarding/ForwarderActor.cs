using System.Globalization;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// Feeds a gateway from the spool: one connection, one stream for each origin, oldest origin first; the next begins when
/// the one before is stored, so that order survives a restart. Disconnected -> Connecting -> Greeting -> Streaming, and
/// back with backoff at any fault.
/// </summary>
internal sealed class ForwarderActor : ReceiveActor, IWithTimers, IDisposable
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);

    // More than the pings that are sent while an answer is waited for.
    private const long ProgressBytes = 4096;

    private readonly ForwarderSetup _setup;
    private readonly ForwardSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<OriginQueue> _origins = [];
    private readonly Dictionary<uint, OriginQueue> _streams = [];
    private readonly HashSet<string> _toldRefused = [];
    private readonly SpoolReader _reader;
    private readonly CancellationTokenSource _stop = new();
    private IActorRef _spool = ActorRefs.Nobody;
    private FrameLink? _link;
    private CancellationTokenSource? _linkStop;
    private OriginQueue? _current;
    private uint _stream;
    private string _journal = string.Empty;
    private string _timeline = string.Empty;
    private TimeSpan _backoff;
    private TimeSpan _heardAt;
    private TimeSpan _pingedAt;
    private long _acknowledged;
    private string _lastFault = string.Empty;
    private bool _isStreaming;

    /// <summary>See <see cref="Props"/>.</summary>
    public ForwarderActor(ForwarderSetup setup)
    {
        _setup = setup;
        _settings = setup.Settings;
        _reader = new SpoolReader(setup.Database, setup.Rejected);
        _backoff = _settings.BackoffMin;
        Receive<OriginLeft>(left => Add(new OriginQueue(left.Origin, left.First - 1, left.Last, true, _settings.WindowBytes)));
        Receive<OriginStarted>(OnStarted);
        Receive<BlocksSpooled>(OnSpooled);
        Receive<OriginClosed>(OnClosed);
        Receive<Connect>(_ => StartConnecting());
        Receive<Connected>(OnConnected);
        Receive<ConnectFailed>(failed => OnDown(null, failed.Error));
        Receive<LinkDown>(down => OnDown(down.Link, down.Why ?? Closed));
        Receive<FrameReceived>(OnFrame);
        Receive<RowsRead>(OnRows);
        Receive<BlockKept>(OnBlockKept);
        Receive<ReopenStreams>(_ => OpenStreams());
        Receive<Heartbeat>(_ => OnHeartbeat());
        Receive<SayGoodbye>(_ => OnGoodbye());
        Receive<AskDrained>(_ => Sender.Tell(new Drained(_origins.TrueForAll(static o => o.IsStored))));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(ForwarderSetup setup) => Akka.Actor.Props.Create(() => new ForwarderActor(setup));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Self.Tell(Connect.Instance);
        Timers.StartPeriodicTimer(nameof(Heartbeat), Heartbeat.Instance, HeartbeatEvery);
    }

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _linkStop?.Dispose();
        _stop.Dispose();
    }

    // With TLS 1.3 a certificate is refused when the edge believes itself connected.
    private string Closed => _isStreaming
        ? "the aggregator closed the connection"
        : "the aggregator closed the connection before it answered; its log says why, such as a certificate that it does not accept";

    private TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    private void Add(OriginQueue origin)
    {
        _origins.Add(origin);
        OpenStreams();
    }

    private void OnStarted(OriginStarted started)
    {
        _spool = Sender;
        Add(new OriginQueue(started.Origin, 0, 0, false, _settings.WindowBytes));
    }

    private void OnSpooled(BlocksSpooled spooled)
    {
        _origins.Find(o => o.Origin == spooled.Origin)?.Offer(spooled.First, spooled.Blocks, BookFor(spooled.Origin));
        Pump();
    }

    private Action<DropReason, long> BookFor(string origin) => (reason, records) => _setup.Ledger.Drop(reason, records, origin);

    private void OnClosed(OriginClosed closed)
    {
        _origins.Find(o => o.Origin == closed.Origin)?.Close(closed.Last);
        _origins.RemoveAll(static o => o.IsDone);
        OpenStreams();
    }

    // Disconnected -> Connecting
    private void StartConnecting()
    {
        if (_link is null)
        {
            var self = Self;
            _setup.Uplink.ConnectAsync(_stop.Token).PipeTo(
                self, success: static link => new Connected(link), failure: static e => new ConnectFailed(e.Message));
        }
    }

    // Connecting -> Greeting
    private void OnConnected(Connected connected)
    {
        var link = _link = connected.Link;
        _linkStop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        // Taken here: the link may be given up, and its source disposed, before the task runs.
        var stop = _linkStop.Token;
        _heardAt = Now;
        _acknowledged = 0;
        var self = Self;
        link.Send(new DeliveryFrame.Hello(
            DeliveryFrame.ProtocolVersion, _setup.Node, _setup.Slots, _journal, _setup.Software));
        // The answer's way: one message a frame, and the frame's block is the frame's own.
        Task.Run(() => link.RunAsync(
            frame =>
            {
                self.Tell(new FrameReceived(link, frame));
                return ValueTask.CompletedTask;
            },
            stop)).PipeTo(
                self, success: () => new LinkDown(link, null), failure: e => new LinkDown(link, e.Message));
    }

    // any -> Disconnected
    private void OnDown(FrameLink? link, string why)
    {
        if (link != _link)
        {
            return;
        }

        if (_isStreaming || why != _lastFault)
        {
            _log.Warning("forwarding waits: {0}; the spool keeps what comes", why);
        }

        _setup.Status.Tell(new ForwarderDown(why));
        _lastFault = why;
        _isStreaming = false;
        _linkStop?.Cancel();
        _linkStop?.Dispose();
        _linkStop = null;
        _link = null;
        _current = null;
        _streams.Clear();
        _origins.ForEach(static o => o.Rewind(toSettled: false));
        Timers.StartSingleTimer(nameof(Connect), Connect.Instance, _backoff * (0.5 + Random.Shared.NextDouble()));
        _backoff = TimeSpan.FromTicks(Math.Min(_backoff.Ticks * 2, _settings.BackoffMax.Ticks));
    }

    private void OnFrame(FrameReceived received)
    {
        if (received.Link != _link)
        {
            return;
        }

        _heardAt = Now;
        switch (received.Frame)
        {
            case DeliveryFrame.Welcome welcome:
                OnWelcome(welcome);
                break;
            case DeliveryFrame.Refused refused:
                OnDown(_link, $"{_link!.Peer} refuses this edge: {refused.Reason}");
                break;
            case DeliveryFrame.Ack ack when _streams.TryGetValue(ack.Stream, out var origin):
                OnAck(origin, ack);
                break;
            case DeliveryFrame.Rewind rewind when _streams.Remove(rewind.Stream, out var origin):
                OnRewind(origin, rewind);
                break;
            case DeliveryFrame.BlockRefused block when _streams.Remove(block.Stream, out var origin):
                OnBlockRefused(origin, block);
                break;
            case DeliveryFrame.Ping ping:
                _link!.Send(new DeliveryFrame.Pong(ping.Token));
                break;
            case DeliveryFrame.Bye bye:
                OnDown(_link, $"the aggregator says goodbye: {bye.Reason}");
                break;
        }
    }

    // Greeting -> Streaming
    private void OnWelcome(DeliveryFrame.Welcome welcome)
    {
        if (welcome.Version != DeliveryFrame.ProtocolVersion)
        {
            OnDown(_link, $"{_link!.Peer} speaks protocol {welcome.Version}, this node {DeliveryFrame.ProtocolVersion}: upgrade it first");
            return;
        }

        // A journal that is another one, or went back, may lack what it had called stored: feed it from settled.
        if (_journal.Length > 0 && (_journal != welcome.JournalId || _timeline != welcome.Timeline))
        {
            _log.Warning("the aggregator's journal is now {0}/{1}: sending again what is not settled", welcome.JournalId, welcome.Timeline);
            _origins.ForEach(static o => o.Rewind(toSettled: true));
        }

        _journal = welcome.JournalId;
        _timeline = welcome.Timeline;
        _backoff = _settings.BackoffMin;
        _isStreaming = true;
        _lastFault = string.Empty;
        _log.Info("forwarding to {0} at {1}", welcome.Node, _link!.Peer);
        _setup.Status.Tell(new ForwarderUp(_link.Peer));
        OpenStreams();
    }

    // Opens a stream for each origin in turn, up to the first that has something to send.
    private void OpenStreams()
    {
        if (!_isStreaming)
        {
            return;
        }

        if (_current is { IsStored: true, IsClosed: true })
        {
            _current = null;
        }

        foreach (var origin in _origins)
        {
            if (_current is not null || origin.IsHeld)
            {
                break;
            }

            if (!_streams.ContainsValue(origin))
            {
                _streams.Add(++_stream, origin);
                _link!.Send(new DeliveryFrame.Open(_stream, origin.Origin, origin.Window.Stored));
            }

            if (!origin.IsStored || !origin.IsClosed)
            {
                _current = origin;
            }
        }

        Pump();
    }

    private void Pump()
    {
        if (_current is not { } origin)
        {
            return;
        }

        var stream = _streams.FirstOrDefault(s => s.Value == origin).Key;
        if (stream == 0)
        {
            return;
        }

        while (origin.TryNext(out var piece))
        {
            _link!.Send(piece.Block is { } block
                ? new DeliveryFrame.Batch(stream, piece.From, block)
                : new DeliveryFrame.Skip(stream, piece.From, piece.Through));
            origin.Sent(piece);
            CrashPoint.Pass("edge.sent-before-ack");
        }

        if (origin.NeedsRead)
        {
            origin.IsReading = true;
            var (after, durable) = (origin.End - 1, origin.Last);
            Task.Run(() => _reader.Read(origin.Origin, after, _settings.WindowBytes)).PipeTo(
                Self,
                success: rows => new RowsRead(origin, after, durable, rows, null),
                failure: e => new RowsRead(origin, after, durable, [], e));
        }
    }

    private void OnRows(RowsRead read)
    {
        var origin = read.Origin;
        origin.IsReading = false;
        if (read.Error is not null)
        {
            _setup.Database.Note(read.Error);
            if (_link is null)
            {
                // The next connection reads again.
                return;
            }

            OnDown(_link, $"the spool cannot be read: {read.Error.Message}");
            return;
        }

        // A read that was begun before the stream went back to an earlier number says nothing of that number.
        if (read.After == origin.End - 1)
        {
            foreach (var (from, damaged, through) in origin.Take(read.Rows, read.Durable, BookFor(origin.Origin)))
            {
                OnHole(origin, from, damaged, through);
            }
        }

        OpenStreams();
    }

    private void OnHole(OriginQueue origin, long from, SpoolReader.Row? damaged, long through)
    {
        if (damaged is { } row)
        {
            TellRefused(origin, row.N, $"it is damaged in the spool ({row.Fault})", row.Records, row.Kept);
        }
        else
        {
            _log.Error("the spool has lost blocks {0} to {1} of {2}: look at the disk and its file system", from, through, origin.Origin);
        }
    }

    // Streaming, one stream less: the block goes aside durably, and only then is its number skipped.
    private void OnBlockRefused(OriginQueue origin, DeliveryFrame.BlockRefused refused)
    {
        if (origin.FindSent(refused.N) is not { } block)
        {
            OnDown(_link, $"{_link!.Peer} refuses what was not sent (stream {refused.Stream}, {refused.N})");
            return;
        }

        origin.Rewind(toSettled: false);
        origin.IsHeld = true;
        if (_current == origin)
        {
            _current = null;
        }

        Task.Run(() => _setup.Rejected.Keep(origin.Origin, refused.N, block)).PipeTo(
            Self,
            success: kept => new BlockKept(origin, refused, block, kept),
            failure: e => new BlockKept(origin, refused, block, new(false, $"not kept: {e.Message}")));
    }

    private void OnBlockKept(BlockKept aside)
    {
        var origin = aside.Origin;
        long? records = BlockHeader.TryRead(aside.Block, out var header, out _) ? header.Records : null;
        if (origin.Refuse(aside.Refused.N, records ?? 0))
        {
            _setup.Ledger.Drop(DropReason.Refused, records ?? 0, origin.Origin);
        }

        TellRefused(origin, aside.Refused.N, $"the aggregator refuses it ({aside.Refused.Reason})", records, aside.Kept);
        origin.IsHeld = false;
        OpenStreams();
    }

    // Told once for an origin; the counters go on.
    private void TellRefused(OriginQueue origin, long n, string why, long? records, RejectedBlocks.Kept kept)
    {
        _setup.Rejected.Book(kept);
        _log.Log(
            _toldRefused.Add(origin.Origin) ? LogLevel.ErrorLevel : LogLevel.DebugLevel,
            null,
            "block {0} of {1} with {2} records is set aside, since {3}; {4}. What is behind it goes on. Remedy: upgrade the older side, "
                + "correct certificate or partitions, or look at the disk, as the reason says; more of this origin are counted and not told",
            [n, origin.Origin, records?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of", why, kept.Text]);
    }

    private void OnAck(OriginQueue origin, DeliveryFrame.Ack ack)
    {
        CrashPoint.Pass("edge.ack-before-mark");
        var settled = origin.Window.Settled;
        if (origin.OnAck(ack.Stored, ack.Settled, out var records) == AckOutcome.BeyondSent)
        {
            OnDown(_link, $"{_link!.Peer} acknowledges what was not sent (stream {ack.Stream}, {ack.Stored})");
            return;
        }

        _setup.Ledger.Add(LedgerAccount.Stored, records);
        if (origin.Window.Settled > settled)
        {
            _spool.Tell(new OriginSettled(origin.Origin, origin.Window.Settled, origin.TakeRefused()));
        }

        if (origin.IsDone)
        {
            _origins.Remove(origin);
            _streams.Remove(ack.Stream);
        }

        OpenStreams();
    }

    private void OnRewind(OriginQueue origin, DeliveryFrame.Rewind rewind)
    {
        _log.Debug("stream {0} rewinds: {1}", rewind.Stream, rewind.Reason);
        origin.Rewind(toSettled: false);
        if (_current == origin)
        {
            _current = null;
        }

        Timers.StartSingleTimer(nameof(ReopenStreams), ReopenStreams.Instance, TimeSpan.FromMilliseconds(rewind.DelayMs));
    }

    private void OnHeartbeat()
    {
        if (_link is null)
        {
            return;
        }

        // On a slow link a block takes its time: while the peer's kernel takes bytes, someone is there.
        var acknowledged = _link.Acknowledged;
        if (acknowledged - _acknowledged >= ProgressBytes)
        {
            _acknowledged = acknowledged;
            _heardAt = Now;
        }

        var silent = Now - _heardAt;
        if (silent > _settings.AckTimeout)
        {
            OnDown(_link, $"no word from {_link.Peer} for {silent.TotalSeconds:F0} s");
        }
        else if (_isStreaming && Now - _pingedAt >= PingEvery)
        {
            _pingedAt = Now;
            _link.Send(new DeliveryFrame.Ping((ulong)Environment.TickCount64));
        }
    }

    // Streaming -> stopped: what is not stored stays in the spool for the next start.
    private void OnGoodbye()
    {
        if (_link is null)
        {
            Context.Stop(Self);
            return;
        }

        _link.Send(new DeliveryFrame.Bye("the edge stops", []));
        _link.CompleteSending();
        Become(() =>
        {
            Receive<LinkDown>(_ => Context.Stop(Self));
            ReceiveAny(static _ => { });
        });
    }

    /// <summary>To the forwarder: take leave of the gateway and stop.</summary>
    internal sealed record SayGoodbye;

    /// <summary>To the forwarder: is everything stored that the spool holds?</summary>
    internal sealed record AskDrained;

    /// <summary>The answer.</summary>
    internal sealed record Drained(bool IsDrained);

    private sealed record Connected(FrameLink Link);

    private sealed record ConnectFailed(string Error);

    private sealed record LinkDown(FrameLink Link, string? Why);

    private sealed record FrameReceived(FrameLink Link, DeliveryFrame Frame);

    private sealed record RowsRead(
        OriginQueue Origin, long After, long Durable, IReadOnlyList<SpoolReader.Row> Rows, Exception? Error);

    private sealed record BlockKept(
        OriginQueue Origin, DeliveryFrame.BlockRefused Refused, byte[] Block, RejectedBlocks.Kept Kept);

    private sealed record Connect
    {
        public static readonly Connect Instance = new();
    }

    private sealed record ReopenStreams
    {
        public static readonly ReopenStreams Instance = new();
    }

    private sealed record Heartbeat
    {
        public static readonly Heartbeat Instance = new();
    }
}
