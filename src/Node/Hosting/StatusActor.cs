using ActorLog.Node.Clustering;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Listening;
using ActorLog.Node.Receiving;
using Akka.Actor;

namespace ActorLog.Node.Hosting;

/// <summary>Hears from every part what it is doing, and keeps <see cref="Readiness"/>.</summary>
internal sealed class StatusActor : MessageActor
{
    private readonly Readiness _readiness;
    private readonly Ledger _ledger;
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>See <see cref="Props"/>.</summary>
    public StatusActor(Readiness readiness, Ledger ledger)
    {
        _readiness = readiness;
        _ledger = ledger;
        Receive<DiskRefuses>(OnDiskRefuses);
        Receive<DiskTakes>(OnDiskTakes);
        Receive<ListenerReady>(ready => readiness.SetReady($"source {ready.Source}"));
        Receive<ListenerFaulted>(fault => readiness.SetFault($"source {fault.Source}", fault.Cause, fault.Remedy));
        Receive<WatchPart>(part => Context.Watch(part.Actor));
        Receive<Terminated>(gone => readiness.SetEnded(gone.ActorRef.Path.Name));
        Receive<ListeningStopped>(static _ => { });
        Receive<GatewayReady>(_ => readiness.SetReady("gateway"));
        Receive<GatewayFaulted>(fault => readiness.SetFault("gateway", fault.Cause, fault.Remedy));
        Receive<GatewayConnections>(edges => ledger.Set(LedgerLevel.GatewayConnections, edges.Count));
        Receive<EdgeTwins>(twins => ledger.Set(LedgerLevel.EdgeTwins, twins.Names));
        Receive<ClusterStands>(OnClusterStands);
        // An edge without its aggregator still does what it promises: it spools. That is told, and is no fault.
        Receive<ForwarderUp>(up =>
        {
            ledger.Set(LedgerLevel.ForwarderConnected, 1);
            readiness.Note("forwarder", $"connected to {up.Peer}");
        });
        Receive<ForwarderDown>(down =>
        {
            ledger.Set(LedgerLevel.ForwarderConnected, 0);
            readiness.Note("forwarder", $"not connected, the spool keeps what comes: {down.Why}");
        });
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DiskRefuses));
        Context.System.EventStream.Subscribe(Self, typeof(DiskTakes));
    }

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    /// <summary>The actor's recipe.</summary>
    public static Props Props(Readiness readiness, Ledger ledger) =>
        Akka.Actor.Props.Create(() => new StatusActor(readiness, ledger));

    private void OnClusterStands(ClusterStands stands)
    {
        _ledger.Set(LedgerLevel.MembersUp, stands.Up);
        _ledger.Set(LedgerLevel.MembersJoining, stands.Joining);
        _ledger.Set(LedgerLevel.MembersLeaving, stands.Leaving);
        _ledger.Set(LedgerLevel.MembersUnreachable, stands.Unreachable);
        _ledger.Set(LedgerLevel.PartitionsOwned, stands.Owned);
        if (stands.Fault is { } fault)
        {
            _readiness.SetFault("cluster", fault.Cause, fault.Remedy);
        }
        else if (stands.Note is { } note)
        {
            _readiness.Note("cluster", note);
        }
    }

    // One partition that cannot write must not take the others from the edges: it is told, and the node is ready.
    private void OnDiskRefuses(DiskRefuses refuses)
    {
        _refused.Add(refuses.Part);
        if (refuses.IsWhole)
        {
            _readiness.SetFault(refuses.Part, refuses.Cause, refuses.Remedy);
        }
        else
        {
            _readiness.Note(refuses.Part, $"cannot write, edges spool: {refuses.Cause}; {refuses.Remedy}");
        }

        // Who sees the count finds the reason.
        _ledger.Set(LedgerLevel.DisksRefusing, _refused.Count);
    }

    private void OnDiskTakes(DiskTakes takes)
    {
        _refused.Remove(takes.Part);
        _readiness.Forget(takes.Part);
        _ledger.Set(LedgerLevel.DisksRefusing, _refused.Count);
    }
}

/// <summary>A part that never ends before the node does: when it does, the node ends too.</summary>
internal sealed record WatchPart(IActorRef Actor);
