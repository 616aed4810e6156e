namespace ActorLog.Protocol.Delivery;

/// <summary>What a partition knows of one origin.</summary>
internal sealed class OriginWatermark
{
    public OriginWatermark()
    {
    }

    public OriginWatermark(OriginSnapshot snapshot)
    {
        Durable = InFlight = snapshot.Durable;
        LastSeenTicks = snapshot.LastSeenTicks;
        EndedTicks = snapshot.EndedTicks;
        Tally = snapshot.Tally;
        Unsettled.AddRange(snapshot.Unsettled);
    }

    /// <summary>All parts for this partition up to here are in the journal: for acks and repeats.</summary>
    public long Durable { get; set; }

    /// <summary>All parts for this partition up to here are in the journal or on their way: for the chain.</summary>
    public long InFlight { get; set; }

    public long LastSeenTicks { get; set; }

    public long? EndedTicks { get; set; }

    /// <summary>The records in its parts; null: some came before this was counted.</summary>
    public OriginTally? Tally { get; private set; } = new(0, 0);

    /// <summary>Parts not yet settled, in order; of those between two checkpoints only the first.</summary>
    public List<(long SequenceNr, long N)> Unsettled { get; } = [];

    /// <summary>Counts a new part.</summary>
    public void Count(int records, long firstOrdinal) => Tally = Tally?.With(records, firstOrdinal);

    /// <summary>Drops what is settled.</summary>
    public void Prune(long settledThrough)
    {
        var live = Unsettled.FindIndex(u => u.SequenceNr > settledThrough);
        Unsettled.RemoveRange(0, live < 0 ? Unsettled.Count : live);
    }

    /// <summary>
    /// Keeps the first part of those that one checkpoint covers: they settle together, so the others say nothing more.
    /// </summary>
    public void Compact(long after, long through)
    {
        var first = Unsettled.FindIndex(u => u.SequenceNr > after);
        if (first < 0)
        {
            return;
        }

        var end = Unsettled.FindIndex(first, u => u.SequenceNr > through);
        end = end < 0 ? Unsettled.Count : end;
        if (end - first > 1)
        {
            Unsettled.RemoveRange(first + 1, end - first - 1);
        }
    }

    public OriginSnapshot ToSnapshot(string origin) => new(origin, Durable, LastSeenTicks, EndedTicks, [.. Unsettled], Tally);
}
