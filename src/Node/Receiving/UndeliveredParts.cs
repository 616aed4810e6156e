using ActorLog.Node.Hosting;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Receiving;

/// <summary>
/// Counts the parts that came to no partition: the region had no room for more while nobody had the partition, or the partition
/// ended with them. None is lost: its gateway asks after it, and sends it again. Many of them say that a partition is nowhere.
/// </summary>
internal sealed class UndeliveredParts : MessageActor
{
    /// <summary>See <see cref="Props"/>.</summary>
    public UndeliveredParts(Ledger ledger)
    {
        Receive<DeadLetter>(_ => ledger.Add(LedgerAccount.PartsUndelivered, 1), static letter => letter.Message is TakePart);
        Receive<DeadLetter>(static _ => { });
    }

    /// <summary>The actor's recipe.</summary>
    public static Props Props(Ledger ledger) => Akka.Actor.Props.Create(() => new UndeliveredParts(ledger));

    /// <inheritdoc/>
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
