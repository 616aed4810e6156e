namespace ActorLog.Protocol.Delivery;

/// <summary>
/// Gathers what a replay brings, and touches no file. Events must be gapless from the snapshot to the highest number: a
/// journal that answers with holes is not believed. One use: a new one for each recovery.
/// </summary>
public sealed class PartitionRecovery
{
    private readonly long _uncheckpointedBytesMax;
    private readonly List<SequenceGap> _gaps = [];
    private readonly List<long> _unreadable = [];
    private readonly List<PartToProject> _parts = [];
    private long _mustReach;
    private bool _sawEvent;

    /// <summary>A recovery that begins with nothing.</summary>
    /// <param name="uncheckpointedBytesMax">As for <see cref="PartitionState"/>.</param>
    public PartitionRecovery(long uncheckpointedBytesMax)
    {
        _uncheckpointedBytesMax = uncheckpointedBytesMax;
        State = new PartitionState(uncheckpointedBytesMax);
    }

    /// <summary>The state so far; the partition's once the plan has been carried out.</summary>
    public PartitionState State { get; private set; }

    /// <summary>Begins with a snapshot, before any event.</summary>
    public void Restore(PartitionSnapshot snapshot)
    {
        if (_sawEvent)
        {
            throw new InvalidOperationException("a snapshot comes before the events");
        }

        State = new PartitionState(snapshot, _uncheckpointedBytesMax);
        _mustReach = snapshot.UncheckpointedParts > 0 ? snapshot.SequenceNr : 0;
    }

    /// <summary>Takes the next event.</summary>
    public void Replay(JournalEvent e, long sequenceNr)
    {
        _sawEvent = true;
        NoteGap(sequenceNr);
        var isNew = State.Apply(e, sequenceNr);
        if (e is PartStored part && isNew)
        {
            _parts.Add(new PartToProject(sequenceNr, part));
        }
        else if (e is Checkpointed)
        {
            _parts.RemoveAll(p => p.SequenceNr <= State.Through);
        }
    }

    /// <summary>Notes an event that could not be read: its number is there, what it says is not known.</summary>
    public void ReplayUnreadable(long sequenceNr)
    {
        _sawEvent = true;
        NoteGap(sequenceNr);
        _unreadable.Add(sequenceNr);
        State.Skip(sequenceNr);
    }

    /// <summary>Ends the replay.</summary>
    /// <param name="highestSequenceNr">The journal's highest number of this partition.</param>
    /// <param name="rootId">The data root of the node that recovers.</param>
    public RecoveryPlan Complete(long highestSequenceNr, string rootId)
    {
        if (highestSequenceNr > State.LastSequenceNr)
        {
            NoteGap(highestSequenceNr + 1);
            State.Skip(highestSequenceNr);
        }

        var faults = new List<string>(State.Files.Faults);
        if (State.Through < _mustReach)
        {
            faults.Add($"the snapshot at {_mustReach} holds parts that no checkpoint covers");
        }

        if (State.ChainBreaks > 0)
        {
            faults.Add($"{State.ChainBreaks} parts whose predecessor is not in the journal");
        }

        return new RecoveryPlan(
            highestSequenceNr,
            _gaps,
            _unreadable,
            [.. State.Files.Entries.Where(f => f.Opened.RootId == rootId && f.SealedAs is null)],
            [.. State.Files.SealedIn(rootId)],
            [.. State.Files.Entries.Where(f => f.Opened.RootId != rootId)],
            _parts,
            faults);
    }

    private void NoteGap(long sequenceNr)
    {
        if (sequenceNr != State.LastSequenceNr + 1)
        {
            _gaps.Add(new SequenceGap(State.LastSequenceNr + 1, sequenceNr - 1));
        }
    }
}
