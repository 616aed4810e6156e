namespace ActorLog.Protocol.Delivery;

/// <summary>What a partition does with a part.</summary>
public enum TakeKind
{
    /// <summary>Persist it; ack when that is done.</summary>
    Persist,
    /// <summary>It is durable already: ack now.</summary>
    Repeat,
    /// <summary>It is on its way to the journal: ack when the durable watermark reaches it, by whomever it was sent.</summary>
    RepeatInFlight,
    /// <summary>Something before it never came: the edge must send again from behind <see cref="TakeDecision.After"/>.</summary>
    ResendAfter,
    /// <summary>Too much waits for a checkpoint: forget it, the edge comes again.</summary>
    Later,
}

/// <summary>A partition's answer to a part.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="After">With <see cref="TakeKind.ResendAfter"/>: the origin's watermark here, in flight included.</param>
public readonly record struct TakeDecision(TakeKind Kind, long After);
