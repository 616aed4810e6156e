using ActorLog.Node.Forwarding;
using ActorLog.Node.Listening;
using ActorLog.Node.Receiving;
using Akka.Actor;

namespace ActorLog.Node.Hosting;

/// <summary>Hears from every part what it is doing, and keeps <see cref="Readiness"/>.</summary>
internal sealed class StatusActor : ReceiveActor
{
    /// <summary>See <see cref="Props"/>.</summary>
    public StatusActor(Readiness readiness, Ledger ledger)
    {
        Receive<ListenerReady>(ready => readiness.SetReady($"source {ready.Source}"));
        Receive<ListenerFaulted>(fault => readiness.SetFault($"source {fault.Source}", fault.Cause, fault.Remedy));
        Receive<WatchPart>(part => Context.Watch(part.Actor));
        Receive<Terminated>(gone => readiness.SetEnded(gone.ActorRef.Path.Name));
        Receive<ListeningStopped>(static _ => { });
        Receive<GatewayReady>(_ => readiness.SetReady("gateway"));
        Receive<GatewayFaulted>(fault => readiness.SetFault("gateway", fault.Cause, fault.Remedy));
        Receive<GatewayConnections>(edges => ledger.Set(LedgerLevel.GatewayConnections, edges.Count));
        Receive<EdgeTwins>(twins => ledger.Set(LedgerLevel.EdgeTwins, twins.Names));
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

    /// <summary>The actor's recipe.</summary>
    public static Props Props(Readiness readiness, Ledger ledger) =>
        Akka.Actor.Props.Create(() => new StatusActor(readiness, ledger));
}

/// <summary>A part that never ends before the node does: when it does, the node ends too.</summary>
internal sealed record WatchPart(IActorRef Actor);
