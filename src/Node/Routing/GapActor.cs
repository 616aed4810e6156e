using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using Akka.Actor;

namespace ActorLog.Node.Routing;

/// <summary>
/// Says what was dropped when no batch comes that could carry it: looks once a second, and when it is asked at the end of
/// a drain. One request at a time, beside those of the graph.
/// </summary>
internal sealed class GapActor : MessageActor, IWithTimers, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly SpoolEncoder _encoder;
    private readonly IActorRef _spool;
    private IActorRef _asker = ActorRefs.Nobody;
    private bool _isSaying;

    /// <summary>See <see cref="Props"/>.</summary>
    public GapActor(NodeSettings settings, GapBook gaps, IActorRef spool)
    {
        _encoder = new SpoolEncoder(settings, gaps, TimeProvider.System);
        _spool = spool;
        Receive<Look>(_ => Say());
        Receive<Settled>(OnSettled);
        Receive<SayAll>(_ =>
        {
            _asker = Sender;
            Say();
        });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(NodeSettings settings, GapBook gaps, IActorRef spool) =>
        Akka.Actor.Props.Create(() => new GapActor(settings, gaps, spool));

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Look), Look.Instance, LookEvery);

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private void Say()
    {
        if (_isSaying)
        {
            return;
        }

        var request = _encoder.Encode([]);
        if (request.Gaps.Count == 0)
        {
            Answer();
            return;
        }

        _isSaying = true;
        _spool.Tell(request);
        request.Outcome.Task.PipeTo(Self, success: outcome => new Settled(request, outcome));
    }

    private void OnSettled(Settled settled)
    {
        _isSaying = false;
        _encoder.Settle(settled.Request, settled.Outcome);
        if (settled.Outcome == SpoolOutcome.Full)
        {
            // Later, or by the next run.
            Answer();
        }
        else if (!_asker.IsNobody())
        {
            Say();
        }
    }

    private void Answer()
    {
        _asker.Tell(AllSaid.Instance);
        _asker = ActorRefs.Nobody;
    }

    /// <summary>Say what there is now, and answer by <see cref="AllSaid"/>.</summary>
    internal sealed record SayAll
    {
        public static readonly SayAll Instance = new();
    }

    /// <summary>All is said that the spool has room for.</summary>
    internal sealed record AllSaid
    {
        public static readonly AllSaid Instance = new();
    }

    private sealed record Settled(SpoolBlocks Request, SpoolOutcome Outcome);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
