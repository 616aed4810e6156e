namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What a partition knows: the watermarks of its origins, its file table, its owner. Pure; one thread at a time. The
/// one
/// place where repeats are judged, for live events and replayed ones alike. After a persist that failed the state is
/// thrown away and built again by replay, since nobody knows what of it is durable.
/// </summary>
public sealed class PartitionState
{
    private readonly Dictionary<string, OriginWatermark> _origins = [];
    private readonly Queue<(long SequenceNr, int Bytes)> _uncheckpointed = new();
    private readonly List<Commit> _commits = [];
    private readonly long _uncheckpointedBytesMax;
    private long _inFlightBytes;
    private long _settledThrough;

    /// <summary>An empty state.</summary>
    /// <param name="uncheckpointedBytesMax">Bytes of blocks behind the last checkpoint, at most; then parts come
    /// later.</param>
    public PartitionState(long uncheckpointedBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(uncheckpointedBytesMax, 1);
        _uncheckpointedBytesMax = uncheckpointedBytesMax;
    }

    /// <summary>A state as of a snapshot; events behind it are applied next.</summary>
    public PartitionState(PartitionSnapshot snapshot, long uncheckpointedBytesMax)
        : this(uncheckpointedBytesMax)
    {
        LastSequenceNr = snapshot.SequenceNr;
        Through = snapshot.Through;
        Owner = snapshot.Owner;
        _commits.AddRange(snapshot.Commits);
        Files = new FileTable(snapshot.Files, snapshot.NextFileNumber);
        foreach (var origin in snapshot.Origins)
        {
            _origins.Add(origin.Origin, new OriginWatermark(origin));
        }
    }

    /// <summary>The number of the last event applied.</summary>
    public long LastSequenceNr { get; private set; }

    /// <summary>All parts up to this sequence number stand in synced files.</summary>
    public long Through { get; private set; }

    /// <summary>The last owner; null before the first.</summary>
    public Owned? Owner { get; private set; }

    /// <summary>The epoch that the next owner takes.</summary>
    public long NextEpoch => (Owner?.Epoch ?? 0) + 1;

    /// <summary>The files.</summary>
    public FileTable Files { get; } = new();

    /// <summary>How many origins are remembered.</summary>
    public int OriginCount => _origins.Count;

    /// <summary>Bytes of blocks applied and not yet checkpointed.</summary>
    public long UncheckpointedBytes { get; private set; }

    /// <summary>Parts applied and not yet checkpointed.</summary>
    public int UncheckpointedParts => _uncheckpointed.Count;

    /// <summary>
    /// Events whose <see cref="PartStored.Prev"/> was not here: never in a sound journal, so an alarm.
    /// </summary>
    public long ChainBreaks { get; private set; }

    /// <summary>Up to which number an origin is durable here; 0 for one that is not known.</summary>
    public long DurableOf(string origin) => _origins.TryGetValue(origin, out var known) ? known.Durable : 0;

    /// <summary>Judges a part that has arrived, and notes it as in flight when it is to be persisted.</summary>
    /// <param name="origin">Whose it is.</param>
    /// <param name="n">Its number.</param>
    /// <param name="prev">The number that the same stream sent here before, below <paramref name="n"/>; null for
    /// none.</param>
    /// <param name="bytes">Bytes of its block.</param>
    public TakeDecision Take(string origin, long n, long? prev, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        if (prev >= n)
        {
            throw new ArgumentOutOfRangeException(nameof(prev), prev, "the part before must have a lower number");
        }

        if (Find(origin, n) is { Kind: not TakeKind.ResendAfter } repeat)
        {
            return repeat;
        }

        var known = _origins.GetValueOrDefault(origin);
        // Without a previous, all before it is at or below the stream's floor, hence stored.
        if (prev > (known?.InFlight ?? 0))
        {
            return new(TakeKind.ResendAfter, known?.InFlight ?? 0);
        }

        var waiting = UncheckpointedBytes + _inFlightBytes;
        if (waiting > 0 && waiting + bytes > _uncheckpointedBytesMax)
        {
            return new(TakeKind.Later, 0);
        }

        if (known is null)
        {
            _origins.Add(origin, known = new OriginWatermark());
        }

        known.InFlight = n;
        _inFlightBytes += bytes;
        return new(TakeKind.Persist, 0);
    }

    /// <summary>What became of a part that was sent some time ago; changes nothing.</summary>
    public TakeDecision Find(string origin, long n)
    {
        var known = _origins.GetValueOrDefault(origin);
        return n > (known?.InFlight ?? 0) ? new(TakeKind.ResendAfter, known?.InFlight ?? 0)
            : new(n <= known!.Durable ? TakeKind.Repeat : TakeKind.RepeatInFlight, 0);
    }

    /// <summary>Applies an event, from the persist callback or from replay.</summary>
    /// <returns>False for a part that repeats an earlier event: it must not be projected.</returns>
    public bool Apply(JournalEvent e, long sequenceNr)
    {
        LastSequenceNr = Math.Max(LastSequenceNr, sequenceNr);
        switch (e)
        {
            case PartStored part:
                return ApplyPart(part, sequenceNr);
            case Owned owned:
                Owner = owned;
                Files.Apply(owned);
                break;
            case FileOpened opened:
                Files.Apply(opened, sequenceNr);
                break;
            case Checkpointed checkpointed:
                ApplyCheckpoint(checkpointed);
                break;
            case OriginEnded ended when _origins.TryGetValue(ended.Origin, out var known):
                known.EndedTicks = ended.AtTicks;
                break;
        }

        return true;
    }

    /// <summary>
    /// Up to which number all that is held of an origin is settled; null: all of it, which may be answered only with a
    /// proof of ownership, see <see cref="SettledQuestions{TAsker}"/>.
    /// </summary>
    /// <param name="origin">Which origin.</param>
    /// <param name="nowTicks">UTC ticks of 100 ns.</param>
    /// <param name="settleAfter">How old a checkpoint must be before what it covers is settled.</param>
    public long? SettledOf(string origin, long nowTicks, TimeSpan settleAfter)
    {
        // The clock went back since they were made: their age counts from now, or they would settle only when it is there again.
        for (var i = 0; i < _commits.Count; i++)
        {
            _commits[i] = _commits[i] with { AtTicks = Math.Min(_commits[i].AtTicks, nowTicks) };
        }

        var settled = _commits.FindLastIndex(c => c.AtTicks <= nowTicks - settleAfter.Ticks);
        if (settled >= 0)
        {
            _settledThrough = Math.Max(_settledThrough, _commits[settled].Through);
            _commits.RemoveRange(0, settled + 1);
        }

        if (!_origins.TryGetValue(origin, out var known))
        {
            return null;
        }

        known.Prune(_settledThrough);
        return known.Unsettled.Count == 0 ? null : known.Unsettled[0].N - 1;
    }

    /// <summary>
    /// The state as it is, to be saved under its <see cref="PartitionSnapshot.SequenceNr"/> once <see cref="MaySave"/>.
    /// Take it together with the files' lengths of a checkpoint, between two writes.
    /// </summary>
    public PartitionSnapshot Capture() => new(
        LastSequenceNr,
        Through,
        _uncheckpointed.Count,
        [.. _origins.Where(o => o.Value.Durable > 0).Select(o => o.Value.ToSnapshot(o.Key))],
        [.. _commits],
        Owner,
        [.. Files.Entries],
        Files.NextNumber);

    /// <summary>
    /// Whether a captured snapshot may be saved, and then older snapshots and the events up to it deleted: only when
    /// each part that it covers stands in synced files, since replay will not bring those parts again.
    /// </summary>
    public bool MaySave(PartitionSnapshot snapshot) =>
        !_uncheckpointed.TryPeek(out var first) || first.SequenceNr > snapshot.SequenceNr;

    /// <summary>
    /// Forgets origins that said farewell long ago or were not seen for longer; never one with anything unsettled.
    /// Needs no event: what a replay brings back is forgotten again.
    /// </summary>
    /// <returns>How many were forgotten.</returns>
    public int Forget(long nowTicks, TimeSpan endedFor, TimeSpan unseenFor)
    {
        var old = new List<string>();
        foreach (var (origin, known) in _origins)
        {
            known.Prune(_settledThrough);
            var isOver = known.EndedTicks <= nowTicks - endedFor.Ticks
                || known.LastSeenTicks <= nowTicks - unseenFor.Ticks;
            if (isOver && known.Unsettled.Count == 0 && known.InFlight == known.Durable)
            {
                old.Add(origin);
            }
        }

        old.ForEach(origin => _origins.Remove(origin));
        return old.Count;
    }

    /// <summary>Goes on behind events that are lost: the next one persisted takes the number after.</summary>
    internal void Skip(long sequenceNr) => LastSequenceNr = Math.Max(LastSequenceNr, sequenceNr);

    private bool ApplyPart(PartStored part, long sequenceNr)
    {
        if (!_origins.TryGetValue(part.Origin, out var known))
        {
            _origins.Add(part.Origin, known = new OriginWatermark());
        }

        if (part.N <= known.InFlight && part.N > known.Durable)
        {
            _inFlightBytes = Math.Max(0, _inFlightBytes - part.Block.Length);
        }

        known.LastSeenTicks = Math.Max(known.LastSeenTicks, part.ReceivedTicks);
        if (part.N <= known.Durable)
        {
            return false;
        }

        ChainBreaks += part.Prev > known.Durable ? 1 : 0;
        known.Durable = part.N;
        known.Count(part.Records, part.FirstOrdinal);
        known.InFlight = Math.Max(known.InFlight, part.N);
        known.Unsettled.Add((sequenceNr, part.N));
        _uncheckpointed.Enqueue((sequenceNr, part.Block.Length));
        UncheckpointedBytes += part.Block.Length;
        return true;
    }

    private void ApplyCheckpoint(Checkpointed e)
    {
        foreach (var known in _origins.Values)
        {
            known.Compact(Through, e.Through);
        }

        while (_uncheckpointed.TryPeek(out var first) && first.SequenceNr <= e.Through)
        {
            UncheckpointedBytes -= _uncheckpointed.Dequeue().Bytes;
        }

        if (e.Through > Through)
        {
            // One that covers no more (a proof of ownership) does not make what is covered any younger.
            Through = e.Through;
            _commits.Add(new Commit(e.Through, e.AtTicks));
        }

        Files.Apply(e);
    }
}
