using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// Feeds a gateway from the spool over one connection: connects, greets, and has the spool fed into it (<see cref="SpoolFeed"/>).
/// Disconnected -> Connecting -> Greeting -> Streaming, and back with backoff at any fault.
/// </summary>
internal sealed class ForwarderActor : MessageActor, IWithTimers, IDisposable
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);

    // A connection that ends sooner is no reason to hurry to the next.
    private static readonly TimeSpan HeldAfter = TimeSpan.FromSeconds(5);

    private readonly ForwarderSetup _setup;
    private readonly ForwardSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly SpoolFeed _feed;
    private readonly PeerWatch _watch;
    private readonly CancellationTokenSource _stop = new();
    private FrameLink? _link;
    private CancellationTokenSource? _linkStop;
    private TimeSpan _backoff;
    private string _lastFault = string.Empty;
    private bool _isStreaming;
    private TimeSpan _streamingSince;

    /// <summary>See <see cref="Props"/>.</summary>
    public ForwarderActor(ForwarderSetup setup)
    {
        _setup = setup;
        _settings = setup.Settings;
        _feed = new SpoolFeed(setup, _log, Self);
        _watch = new PeerWatch(_settings.AckTimeout);
        _backoff = _settings.BackoffMin;
        Receive<OriginLeft>(_feed.OnLeft);
        Receive<OriginStarted>(started => _feed.OnStarted(started, Sender));
        Receive<BlocksSpooled>(_feed.OnSpooled);
        Receive<OriginClosed>(_feed.OnClosed);
        Receive<Connect>(_ => StartConnecting());
        Receive<Connected>(OnConnected);
        Receive<ConnectFailed>(failed => OnDown(null, failed.Error));
        Receive<LinkDown>(down => OnDown(down.Link, down.Why ?? Closed));
        Receive<FrameReceived>(OnFrame);
        Receive<SpoolFeed.RowsRead>(read => EndFor(_feed.OnRows(read)));
        Receive<SpoolFeed.BlockKept>(_feed.OnBlockKept);
        Receive<ReopenStreams>(_ => _feed.Open());
        Receive<Heartbeat>(_ => OnHeartbeat());
        Receive<SayGoodbye>(_ => OnGoodbye());
        Receive<AskDrained>(_ => Sender.Tell(new Drained(_feed.IsStored)));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(ForwarderSetup setup) => Akka.Actor.Props.Create(() => new ForwarderActor(setup));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Self.Tell(new Connect());
        Timers.StartPeriodicTimer(nameof(Heartbeat), new Heartbeat(), HeartbeatEvery);
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
        _watch.OnConnected(Now);
        var self = Self;
        link.Send(new DeliveryFrame.Hello(
            _setup.Speaks.Newest, _setup.Node, _setup.Slots, _feed.Journal, _setup.Software)
        {
            Oldest = _setup.Speaks.Oldest,
        });
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

        if (_isStreaming && Now - _streamingSince >= HeldAfter)
        {
            _setup.Uplink.BeginRound();
            _backoff = _settings.BackoffMin;
        }

        _setup.Status.Tell(new ForwarderDown(why));
        _lastFault = why;
        Disconnect();
        if (_setup.Uplink.HasAnother)
        {
            // Only when all ways have failed is there anything to wait for.
            Self.Tell(new Connect());
            return;
        }

        Timers.StartSingleTimer(nameof(Connect), new Connect(), _backoff * (0.5 + Random.Shared.NextDouble()));
        _backoff = TimeSpan.FromTicks(Math.Min(_backoff.Ticks * 2, _settings.BackoffMax.Ticks));
    }

    private void Disconnect()
    {
        _isStreaming = false;
        _linkStop?.Cancel();
        _linkStop?.Dispose();
        _linkStop = null;
        _link = null;
        _feed.End();
    }

    private void OnFrame(FrameReceived received)
    {
        if (received.Link != _link)
        {
            return;
        }

        _watch.OnHeard(Now);
        switch (received.Frame)
        {
            case DeliveryFrame.Welcome welcome:
                OnWelcome(welcome);
                break;
            case DeliveryFrame.Refused refused:
                OnDown(_link, $"{_link!.Peer} refuses this edge: {refused.Reason}");
                break;
            case DeliveryFrame.Ack ack:
                // An aggregator that welcomes and then takes nothing is not to be hurried.
                _backoff = _settings.BackoffMin;
                EndFor(_feed.OnAck(ack));
                break;
            case DeliveryFrame.Rewind rewind when _feed.OnRewind(rewind):
                Timers.StartSingleTimer(nameof(ReopenStreams), new ReopenStreams(), TimeSpan.FromMilliseconds(rewind.DelayMs));
                break;
            case DeliveryFrame.BlockRefused block:
                EndFor(_feed.OnBlockRefused(block));
                break;
            case DeliveryFrame.Owner owner when _setup.Uplink.TryMove(owner.Gateway):
                _log.Info("forwarding moves to {0}:{1}, where this node's records are stored", owner.Gateway.Host, owner.Gateway.Port);
                Disconnect();
                Self.Tell(new Connect());
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
        // Who does not know that there is an oldest answers with its newest.
        if (Release.FindDifference(_setup.Speaks, new VersionRange(welcome.Version, welcome.Version)) is { } difference)
        {
            OnDown(_link, $"{_link!.Peer} cannot be fed: {difference}");
            return;
        }

        _feed.Begin(_link!, welcome);
        _isStreaming = true;
        _streamingSince = Now;
        _lastFault = string.Empty;
        _log.Info("forwarding to {0} at {1}", welcome.Node, _link!.Peer);
        _setup.Status.Tell(new ForwarderUp(_link.Peer));
        _feed.Open();
    }

    // A fault of a read that outlived its connection says nothing: the next connection reads again.
    private void EndFor(string? fault)
    {
        if (fault is not null && _link is not null)
        {
            OnDown(_link, fault);
        }
    }

    private void OnHeartbeat()
    {
        if (_link is null)
        {
            return;
        }

        if (_watch.FindSilence(_link.Sent, Now) is { } silent)
        {
            OnDown(_link, $"no word from {_link.Peer} for {silent.TotalSeconds:F0} s");
        }
        else if (_isStreaming && _watch.TryPing(Now))
        {
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

    private sealed record Connect;

    private sealed record ReopenStreams;

    private sealed record Heartbeat;
}
