using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Node.Storage;
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
        _origins.Find(o => o.Origin == spooled.Origin)?.Offer(spooled.First, spooled.Blocks);
        Pump();
    }

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
            if (_current is not null)
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

        while (origin.TryNext(out var block))
        {
            _link!.Send(new DeliveryFrame.Batch(stream, origin.Window.Next, block));
            origin.Sent(block);
            CrashPoint.Pass("edge.sent-before-ack");
        }

        if (origin.NeedsRead)
        {
            origin.IsReading = true;
            var after = origin.Window.Next - 1;
            Task.Run(() => _setup.Database.Read(origin.Origin, after, _settings.WindowBytes)).PipeTo(
                Self, success: rows => new RowsRead(origin, after, rows, null), failure: e => new RowsRead(origin, after, [], e));
        }
    }

    private void OnRows(RowsRead read)
    {
        var origin = read.Origin;
        origin.IsReading = false;
        if (read.Error is not null)
        {
            if (_link is null)
            {
                // The next connection reads again.
                return;
            }

            OnDown(_link, $"the spool cannot be read: {read.Error.Message}");
            return;
        }

        // A read that was begun before the stream went back to an earlier number says nothing of that number.
        var next = read.Rows.Count > 0 ? read.Rows[0].N : origin.Last + 1;
        if (read.After == origin.Window.Next - 1 && next > origin.Window.Next && origin.NeedsRead)
        {
            if (origin.Window.Stored < origin.Window.Next - 1)
            {
                // A floor says that all up to it is stored: what was sent comes first, and its acks lead here again.
                return;
            }

            Skip(origin, next, read.Rows.Count > 0 ? read.Rows[0].Block : null);
        }

        foreach (var row in read.Rows)
        {
            origin.Keep(row.N, row.Block);
        }

        OpenStreams();
    }

    private void Skip(OriginQueue origin, long next, byte[]? block)
    {
        _log.Error("the spool has lost blocks {0} to {1} of {2}", origin.Window.Next, next - 1, origin.Origin);
        foreach (var dead in _streams.Where(s => s.Value == origin).Select(static s => s.Key).ToArray())
        {
            _streams.Remove(dead);
        }

        _setup.Ledger.Drop(DropReason.SpoolLost, origin.Skip(next, block));
        _current = null;
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
            _spool.Tell(new OriginSettled(origin.Origin, origin.Window.Settled));
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

    private sealed record RowsRead(OriginQueue Origin, long After, IReadOnlyList<SpoolDatabase.SpooledRow> Rows, Exception? Error);

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
