using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// A partition's journal and snapshots, shared by all who ever own it; keeps bytes, so the codecs are in the loop.
/// </summary>
internal sealed class SimulatedJournal(SimulationBug bug)
{
    private readonly SortedDictionary<long, (string Manifest, byte[] Bytes)> _rows = [];
    private readonly SortedDictionary<long, byte[]> _snapshots = [];
    private readonly Dictionary<(string Origin, long N), long> _sequenceNrOf = [];
    private readonly List<Commit> _commits = [];

    public long Highest { get; private set; }

    public bool IsStored(string origin, long n) => _sequenceNrOf.ContainsKey((origin, n));

    public bool IsSettled(string origin, long n, long before) => _sequenceNrOf.TryGetValue((origin, n), out var sequenceNr)
        && _commits.Exists(c => c.AtTicks <= before && c.Through >= sequenceNr);

    /// <summary>One transaction: all or nothing, fenced by the numbers.</summary>
    public bool TryAppend(List<(JournalEvent Event, long SequenceNr)> group)
    {
        var fenced = bug == SimulationBug.FenceByRowAlone
            ? group.Exists(g => _rows.ContainsKey(g.SequenceNr))
            : group[0].SequenceNr != Highest + 1;
        if (fenced)
        {
            return false;
        }

        foreach (var (e, sequenceNr) in group)
        {
            _rows[sequenceNr] = (JournalCodec.ManifestOf(e), JournalCodec.Write(e));
            Highest = Math.Max(Highest, sequenceNr);
            if (e is PartStored part)
            {
                _sequenceNrOf.TryAdd((part.Origin, part.N), sequenceNr);
            }
            else if (e is Checkpointed checkpointed)
            {
                _commits.Add(new Commit(checkpointed.Through, checkpointed.AtTicks));
            }
        }

        return true;
    }

    public void Save(PartitionSnapshot snapshot) =>
        _snapshots[snapshot.SequenceNr] = JournalCodec.WriteSnapshot(snapshot);

    /// <summary>After a snapshot: what it covers goes, and older snapshots.</summary>
    public void Delete(long through)
    {
        foreach (var sequenceNr in _rows.Keys.TakeWhile(k => k <= through).ToList())
        {
            _rows.Remove(sequenceNr);
        }

        foreach (var sequenceNr in _snapshots.Keys.TakeWhile(k => k < through).ToList())
        {
            _snapshots.Remove(sequenceNr);
        }
    }

    public PartitionSnapshot? LatestSnapshot()
    {
        if (_snapshots.Count == 0)
        {
            return null;
        }

        Assert.True(JournalCodec.TryReadSnapshot(
            JournalCodec.SnapshotManifest, _snapshots.Values.Last(), out var snapshot, out var error), error.Text);
        return snapshot;
    }

    public void ReplayInto(PartitionRecovery recovery)
    {
        foreach (var (sequenceNr, row) in _rows.Where(r => r.Key > recovery.State.LastSequenceNr))
        {
            Assert.True(JournalCodec.TryRead(row.Manifest, row.Bytes, out var e, out var error), error.Text);
            recovery.Replay(e, sequenceNr);
        }
    }
}
