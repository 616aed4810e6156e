using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Reading;

/// <summary>The times whose lines are wanted.</summary>
/// <param name="From">From then on, UTC ticks; null: from the beginning.</param>
/// <param name="To">Before then, UTC ticks; null: to the end.</param>
internal sealed record TimeSpanWanted(long? From, long? To)
{
    /// <summary>Whether all are.</summary>
    public bool IsAll => From is null && To is null;

    /// <summary>Whether a line's is.</summary>
    /// <param name="first">Its time.</param>
    /// <param name="last">The same, or the second that it may be when a clock was set back.</param>
    public bool Has(long first, long last) => !(last < From) && !(first >= To);

    /// <summary>
    /// Whether a segment that had been written by then may have such lines. None is later, by the rule of <see cref="LineTimes"/>; any may
    /// be older, since an edge delivers late what it has kept.
    /// </summary>
    public bool MayHave(long writtenByTicks) => !(writtenByTicks + LineTimes.AheadMax.Ticks < From);
}
