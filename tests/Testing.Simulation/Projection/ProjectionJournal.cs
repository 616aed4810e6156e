using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>The journal of the one partition: what is in it is durable.</summary>
internal sealed class ProjectionJournal
{
    private readonly List<(long SequenceNr, JournalEvent Event)> _rows = [];
    private PartitionSnapshot? _snapshot;

    public long Highest { get; private set; }

    public long Append(JournalEvent e)
    {
        _rows.Add((++Highest, e));
        return Highest;
    }

    public void Save(PartitionSnapshot snapshot) => _snapshot = snapshot;

    public void Delete() => _rows.RemoveAll(r => r.SequenceNr <= _snapshot!.SequenceNr);

    public PartitionRecovery Replay()
    {
        var recovery = new PartitionRecovery(long.MaxValue);
        if (_snapshot is not null)
        {
            recovery.Restore(_snapshot);
        }

        foreach (var (sequenceNr, e) in _rows)
        {
            if (sequenceNr > recovery.State.LastSequenceNr)
            {
                recovery.Replay(e, sequenceNr);
            }
        }

        return recovery;
    }
}
