using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>
/// A partition's journal and snapshots, shared by all who ever own it. In some schedules it keeps bytes, so that the
/// codecs are in the loop.
/// </summary>
internal sealed class SimulatedJournal(DeliverySimulation world)
{
    private readonly List<Row> _rows = [];
    private readonly List<PartitionSnapshot> _snapshots = [];
    private readonly Dictionary<(string Origin, long N), long> _sequenceNrOf = [];
    private readonly List<Commit> _commits = [];
    private Copy? _standby;

    public long Highest { get; private set; }

    public bool IsStored(string origin, long n) => _sequenceNrOf.ContainsKey((origin, n));

    public bool IsSettled(string origin, long n, long before)
    {
        if (_sequenceNrOf.TryGetValue((origin, n), out var sequenceNr))
        {
            foreach (var commit in _commits)
            {
                if (commit.AtTicks <= before && commit.Through >= sequenceNr)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>One transaction: all or nothing, fenced by the numbers.</summary>
    public bool TryAppend(List<(JournalEvent Event, long SequenceNr)> group, string writer)
    {
        var fenced = world.Bug == DeliveryBug.FenceByRowAlone
            ? group.Exists(g => _rows.Exists(r => r.SequenceNr == g.SequenceNr))
            : group[0].SequenceNr != Highest + 1;
        if (fenced)
        {
            world.Tally.Count(Happening.FencedWrite);
            return false;
        }

        foreach (var (e, sequenceNr) in group)
        {
            var at = _rows.FindLastIndex(r => r.SequenceNr < sequenceNr) + 1;
            _rows.Insert(at, new Row(sequenceNr, writer, world.UsesCodecs ? Recode(e) : e));
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

    public void Save(PartitionSnapshot snapshot)
    {
        _snapshots.RemoveAll(s => s.SequenceNr == snapshot.SequenceNr);
        _snapshots.Insert(
            _snapshots.FindLastIndex(s => s.SequenceNr < snapshot.SequenceNr) + 1,
            world.UsesCodecs ? Recode(snapshot) : snapshot);
    }

    /// <summary>After a snapshot: what it covers goes, and older snapshots.</summary>
    public void Delete(long through)
    {
        _rows.RemoveAll(r => r.SequenceNr <= through);
        _snapshots.RemoveAll(s => s.SequenceNr < through);
    }

    public PartitionSnapshot? LatestSnapshot() => _snapshots.Count == 0 ? null : _snapshots[^1];

    public void ReplayInto(PartitionRecovery recovery)
    {
        var after = recovery.State.LastSequenceNr;
        var writers = new HashSet<string>();
        var writer = "";
        foreach (var row in _rows)
        {
            if (row.SequenceNr <= after)
            {
                continue;
            }

            if (world.Bug == DeliveryBug.OldWriterDiscarded && row.Writer != writer)
            {
                if (writers.Contains(row.Writer))
                {
                    continue;
                }

                writers.Add(writer);
                writer = row.Writer;
            }

            recovery.Replay(row.Event, row.SequenceNr);
        }
    }

    /// <summary>A standby has received everything up to now.</summary>
    public void Copies() => _standby =
        new Copy([.. _rows], [.. _snapshots], new(_sequenceNrOf), [.. _commits], Highest);

    /// <summary>
    /// Whether the standby may take over: it lags by less than <see cref="DeliverySimulation.SettleTicks"/>, counted as
    /// commits are, from when they were handed over.
    /// </summary>
    public bool CanGoBack(long now) => _standby is not null
        && _commits.TrueForAll(c => c.AtTicks > now - DeliverySimulation.SettleTicks || _standby.Commits.Contains(c));

    /// <summary>The standby takes over: its last commits are gone.</summary>
    public void GoBack()
    {
        var (rows, snapshots, sequenceNrOf, commits, highest) = _standby!;
        _rows.Clear();
        _rows.AddRange(rows);
        _snapshots.Clear();
        _snapshots.AddRange(snapshots);
        _sequenceNrOf.Clear();
        foreach (var (part, sequenceNr) in sequenceNrOf)
        {
            _sequenceNrOf.Add(part, sequenceNr);
        }

        _commits.Clear();
        _commits.AddRange(commits);
        Highest = highest;
    }

    private static JournalEvent Recode(JournalEvent e) =>
        JournalCodec.TryRead(JournalCodec.ManifestOf(e), JournalCodec.Write(e), out var read, out var error)
            ? read
            : throw new SimulationFailure(error.Text);

    private static PartitionSnapshot Recode(PartitionSnapshot snapshot) =>
        JournalCodec.TryReadSnapshot(
            JournalCodec.SnapshotManifest, JournalCodec.WriteSnapshot(snapshot), out var read, out var error)
            ? read
            : throw new SimulationFailure(error.Text);

    private sealed record Row(long SequenceNr, string Writer, JournalEvent Event);

    private sealed record Copy(
        List<Row> Rows, List<PartitionSnapshot> Snapshots, Dictionary<(string Origin, long N), long> SequenceNrOf,
        List<Commit> Commits, long Highest);
}
