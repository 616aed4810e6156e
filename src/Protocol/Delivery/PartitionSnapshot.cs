namespace ActorLog.Protocol.Delivery;

/// <summary>A partition's state as of an event: a cache of what the events up to it say.</summary>
/// <param name="SequenceNr">The last event in it, and the number it is saved under.</param>
/// <param name="Through">What was checkpointed when it was taken.</param>
/// <param name="UncheckpointedParts">
/// Parts in it that were not checkpointed when it was taken; unless 0, a <see cref="Checkpointed"/> through
/// <paramref name="SequenceNr"/> or beyond must follow in the journal.
/// </param>
/// <param name="Origins">The durable watermarks.</param>
/// <param name="Commits">Checkpoints not yet known to be settled, in order.</param>
/// <param name="Owner">The owner then; null for none.</param>
/// <param name="Files">The file table.</param>
/// <param name="NextFileNumber">The number of the next file.</param>
public sealed record PartitionSnapshot(
    long SequenceNr,
    long Through,
    int UncheckpointedParts,
    IReadOnlyList<OriginSnapshot> Origins,
    IReadOnlyList<Commit> Commits,
    Owned? Owner,
    IReadOnlyList<FileEntry> Files,
    long NextFileNumber);

/// <summary>An origin in a snapshot.</summary>
/// <param name="Origin">Its name.</param>
/// <param name="Durable">All its parts up to here are stored.</param>
/// <param name="LastSeenTicks">When its last part was received, UTC ticks of 100 ns.</param>
/// <param name="EndedTicks">When its edge said farewell, UTC ticks; null: it did not.</param>
/// <param name="Unsettled">Event and number of its parts not yet settled; of those of one checkpoint the first.</param>
/// <param name="Tally">The records in its parts; null: some came before this was counted.</param>
public sealed record OriginSnapshot(
    string Origin, long Durable, long LastSeenTicks, long? EndedTicks,
    IReadOnlyList<(long SequenceNr, long N)> Unsettled, OriginTally? Tally);

/// <summary>
/// What a partition holds of an origin, in records. Over all partitions the records add up to the highest end, or some of
/// the origin's are missing: ordinals count an origin's records without a gap.
/// </summary>
/// <param name="Records">Records in its parts.</param>
/// <param name="End">The ordinal behind the last of them.</param>
public readonly record struct OriginTally(long Records, long End)
{
    /// <summary>With another part.</summary>
    public OriginTally With(int records, long firstOrdinal) =>
        new(Records + records, Math.Max(End, firstOrdinal + records));

    /// <summary>Two partitions together.</summary>
    public OriginTally And(OriginTally other) => new(Records + other.Records, Math.Max(End, other.End));
}

/// <summary>When a checkpoint was made.</summary>
/// <param name="Through">What it covers.</param>
/// <param name="AtTicks">UTC ticks of 100 ns.</param>
public readonly record struct Commit(long Through, long AtTicks);
