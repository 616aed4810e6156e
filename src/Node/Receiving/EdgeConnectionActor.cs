using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Receiving;

/// <summary>
/// One edge's connection: greets, passes parts to their partitions, and answers with what is stored and what is settled.
/// <see cref="BlockIntake"/> has read the blocks before they get here, <see cref="EdgeAdmission"/> judges them,
/// <see cref="EdgeStreams"/> knows how far each stream is.
/// </summary>
internal sealed class EdgeConnectionActor : MessageActor, IWithTimers, IDisposable
{
    private const int RewindDelayMs = 100;
    private const int LaterDelayMs = 500;
    private const int OwnerTicks = 5;
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);

    // An edge pings every five seconds.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    private readonly FrameLink _link;
    private readonly EdgeIdentity _edge;
    private readonly GatewaySetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly EdgeAdmission _admission;
    private readonly EdgeStreams _streams;
    private readonly BlockIntake _intake;
    private readonly CancellationTokenSource _stop = new();
    private readonly IntakeShare _share;
    private readonly OwnerWatch _owners;
    private string _name = string.Empty;
    private string _timeline = string.Empty;
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
        _owners = new OwnerWatch(setup.Settings.Cluster?.Gateway);
        _intake = new BlockIntake(setup.Intake, _share);
        _admission = new EdgeAdmission(edge, setup.Partitions, setup.Speaks);
        _streams = new EdgeStreams(setup.Partitions, setup.Settings.InFlightBytesMax, _share);
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
        Receive<BadBlock>(OnBadBlock);
        Receive<LinkEnded>(OnLinkEnded);
        Receive<JournalChanged>(OnJournalChanged);
        Receive<JournalBack>(_ => OnJournalBack());
        Receive<Tick>(_ => OnTick());
        Receive<AskDue>(_ => AskAfterOverdue());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(FrameLink link, EdgeIdentity edge, GatewaySetup setup) =>
        Akka.Actor.Props.Create(() => new EdgeConnectionActor(link, edge, setup));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(JournalChanged));
        Context.System.EventStream.Subscribe(Self, typeof(JournalBack));
        var self = Self;
        Task.Run(() => _link.RunAsync(async frame => self.Tell(await _intake.TakeAsync(frame, _stop.Token)), _stop.Token)).PipeTo(
            self, success: static () => new LinkEnded(null), failure: static e => new LinkEnded(e.Message));
        Timers.StartPeriodicTimer(nameof(Tick), new Tick(), TickEvery);
        Timers.StartPeriodicTimer(nameof(AskDue), new AskDue(), AskEvery);
    }

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _share.Dispose();
    }

    private void OnHello(DeliveryFrame.Hello hello)
    {
        if (_admission.FindFault(hello) is { } why)
        {
            End($"edge '{hello.Edge}' refused: {why}", why);
            return;
        }

        _name = hello.Edge;
        _timeline = _setup.Timeline;
        _version = hello.Speaks.HighestCommon(_setup.Speaks)!.Value;
        _log.Info("edge {0} connected from {1} ({2})", hello.Edge, _edge.Peer, hello.Software);
        _link.Send(new DeliveryFrame.Welcome(_version, _setup.JournalId, _timeline, _setup.Node));
    }

    private void OnOpen(DeliveryFrame.Open open)
    {
        if (!_streams.TryOpen(open))
        {
            End($"stream {open.Stream} is open already, or one of too many ({EdgeStreams.CountMax} at once)");
        }
    }

    // Numbers that hold nothing are stored at once: no partition hears of them.
    private void OnSkip(DeliveryFrame.Skip skip)
    {
        if (!_streams.TryGet(skip.Stream, out var open))
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
            _link.Send(open.Ack);
        }
    }

    private void OnBatch(BatchArrived arrived)
    {
        _isHeard = true;
        var (stream, n, block) = arrived.Batch;
        if (!_streams.TryGet(stream, out var open))
        {
            // Sent before the edge heard that its stream was rewound.
            _intake.Release(arrived);
            return;
        }

        BlockHeader.TryRead(block.Span, out var header, out _);
        if (_admission.FindFault(header, block.Span) is { } fault)
        {
            _intake.Release(arrived);
            Refuse(stream, n, fault);
            return;
        }

        if (_setup.Journal?.Outage is { } outage)
        {
            // No partition could read or store anything.
            _intake.Release(arrived);
            Rewind(open, $"the journal does not answer: {outage}", LaterDelayMs);
            return;
        }

        if (open.Window.TryTake(n, header.Slot, block.Length, out var prev) is not TakeOutcome.Taken and var refused)
        {
            _intake.Release(arrived);
            Rewind(open, $"{n} after {open.Window.Last}: {refused}", RewindDelayMs);
            return;
        }

        _setup.Region.Tell(new TakePart(header.Slot, open.Origin, n, prev, _name, block)
        {
            Records = arrived.Records,
            Timeline = _timeline,
        });
    }

    private void OnBadBlock(BadBlock bad)
    {
        if (bad.Error.IsBeyondThisProgram)
        {
            // Good for another program: the edge keeps it, and tries another aggregator.
            var why = $"block {bad.N} is beyond the aggregator: {bad.Error.Text}; upgrade the aggregator";
            End($"edge '{_name}': {why}", why);
            return;
        }

        Refuse(bad.Stream, bad.N, $"it cannot be read: {bad.Error}");
    }

    private void OnAnswer(PartAnswer answer)
    {
        if (answer.Timeline is { } timeline && timeline != _timeline)
        {
            // One of the two is behind; this one finds out as well.
            Context.System.EventStream.Publish(LookAtJournal.Instance);
        }

        foreach (var stream in _streams.Of(answer.Origin))
        {
            switch (answer.Kind)
            {
                case PartAnswerKind.Stored:
                    _owners.OnStored(answer.Gateway);
                    if (_streams.Store(stream, answer) is { } ack)
                    {
                        _link.Send(ack);
                    }

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

    private void OnSettled(SettledAnswer answer)
    {
        foreach (var ack in _streams.Settle(answer))
        {
            _link.Send(ack);
        }
    }

    // What this connection has called stored was so in a history that is over: the edge opens anew, and sends again.
    private void OnJournalChanged(JournalChanged changed)
    {
        if (_name.Length > 0 && changed.Timeline != _timeline)
        {
            _log.Info("edge {0} at {1}: its connection ends, the journal's history is another one", _name, _edge.Peer);
            Context.Stop(Self);
        }
    }

    private void OnJournalBack()
    {
        foreach (var stream in _streams.All)
        {
            stream.Doubt();
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

        if (_version >= 3 && _ticks % OwnerTicks == 0 && _owners.Judge() is { } owner)
        {
            _link.Send(new DeliveryFrame.Owner(owner));
        }

        var pollTicks = Math.Clamp((int)(_setup.Settings.SettleAfter.TotalSeconds / 4), 1, 10);
        foreach (var stream in _streams.All)
        {
            if (stream.IsUnansweredAfter(TickEvery))
            {
                Rewind(stream, "no answer from a partition", LaterDelayMs);
            }
            else if (_ticks % pollTicks == 0 && stream.Window.Settled < stream.Window.Stored)
            {
                foreach (var partition in stream.Window.Unsettled)
                {
                    _setup.Region.Tell(new AskSettled(partition, stream.Origin, stream.Window.Stored) { Timeline = _timeline });
                }
            }
        }
    }

    // What is on its way to a partition may have been lost with its owner.
    private void AskAfterOverdue()
    {
        foreach (var stream in _streams.All)
        {
            foreach (var (partition, n) in stream.FindOverdue())
            {
                _setup.Region.Tell(new AskStored(partition, stream.Origin, n) { Timeline = _timeline });
            }
        }
    }

    private void Rewind(EdgeStream stream, string why, int delayMs)
    {
        _log.Debug("edge {0}, {1}: rewind, {2}", _name, stream.Origin, why);
        _streams.Close(stream);
        _link.Send(new DeliveryFrame.Rewind(stream.Id, why, delayMs));
    }

    // One block will never be taken: its stream ends, and the edge goes on behind it. What it may mean is the edge's to say.
    private void Refuse(uint stream, long n, string why)
    {
        if (!_streams.TryGet(stream, out var open))
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
        _streams.Close(open);
        _link.Send(new DeliveryFrame.BlockRefused(stream, n, why));
    }

    private void OnBye(DeliveryFrame.Bye bye)
    {
        foreach (var origin in bye.DrainedOrigins)
        {
            _setup.TellPartitions(partition => new EndOrigin(partition, origin));
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
            Receive<BatchArrived>(_intake.Release);
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

    private sealed record LinkEnded(string? Why);

    private sealed record Tick;

    private sealed record AskDue;
}
