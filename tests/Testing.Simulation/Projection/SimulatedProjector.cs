using System.Text;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>
/// One incarnation of a partition, as far as its files go: recovers by the journal, stores parts, writes their lines,
/// commits. Each step may end in a <see cref="ProcessDiedException"/> or a failure of the disk; then a new one recovers.
/// </summary>
internal sealed class SimulatedProjector
{
    private readonly ProjectionSimulation _world;
    private readonly ProjectionJournal _journal;
    private readonly PartitionState _state;
    private readonly RecoveryPlan _plan;
    private readonly Dictionary<string, SimulatedPath> _paths = new(StringComparer.Ordinal);
    private readonly Queue<PartToProject> _parts = new();
    private readonly List<long> _retired = [];
    private FileOpened? _unstored;
    private long _nextFile;

    /// <summary>Gathers what the journal says.</summary>
    public SimulatedProjector(ProjectionSimulation world, ProjectionJournal journal)
    {
        _world = world;
        _journal = journal;
        var recovery = journal.Replay();
        _state = recovery.State;
        _plan = recovery.Complete(journal.Highest, world.RootId);
        if (!_plan.IsSound)
        {
            throw new SimulationFailure($"a journal with faults: {string.Join(", ", _plan.Gaps)} {string.Join(", ", _plan.Faults)}");
        }

        world.Tally.Count(Happening.Recovery);
    }

    /// <summary>Owns, and only then touches a file.</summary>
    public void Recover()
    {
        Store(new Owned(_world.RootId, "node", _state.NextEpoch));
        _nextFile = _state.Files.NextNumber;
        foreach (var entry in _plan.Renames.Concat(_plan.Files))
        {
            PathOf(entry.Opened.Path).Resume(entry);
        }

        foreach (var part in _plan.Parts)
        {
            _parts.Enqueue(part);
        }
    }

    public bool IsIdle => _parts.Count == 0 && _state.UncheckpointedParts == 0 && _retired.Count == 0;

    public long NextFileNumber() => _nextFile++;

    public void Retire(long fileNumber) => _retired.Add(fileNumber);

    /// <summary>Stores a part of a few records.</summary>
    public void Accept(int firstId, int records)
    {
        var part = new PartStored(
            "edge:1", _state.DurableOf("edge:1") + 1, null, "edge", 0, records, firstId, Encoding.ASCII.GetBytes($"{firstId} {records}"));
        var sequenceNr = Store(part);
        _parts.Enqueue(new PartToProject(sequenceNr, part));
    }

    /// <summary>Writes the lines of the next part.</summary>
    public void Project()
    {
        if (!_parts.TryPeek(out var next))
        {
            return;
        }

        for (var i = 0; i < next.Part.Records; i++)
        {
            var id = (int)next.Part.FirstOrdinal + i;
            PathOf(_world.PathOf(id)).Append(id, _world.LineOf(id));
        }

        _parts.Dequeue();
        StoreLate();
    }

    /// <summary>Syncs, commits, renames, saves.</summary>
    public void Checkpoint()
    {
        var isAhead = _parts.Count > 0;
        if (isAhead && _world.Bug != ProjectionBug.CommitAheadOfFiles)
        {
            return;
        }

        StoreLate();
        var through = _state.LastSequenceNr;
        var snapshot = _state.Capture();
        var retired = _retired.ToArray();
        var commits = new List<FileCommit>();
        foreach (var (path, file) in _paths)
        {
            var seals = _world.Random.Next(4) == 0;
            if (file.IsDirty || seals)
            {
                var sealAs = seals ? FinalPathOf(path, through + 1) : null;
                if (file.Capture(sealAs) is { } commit && IsInTable(commit.FileNumber))
                {
                    commits.Add(commit);
                }
            }
        }

        _retired.RemoveRange(0, retired.Length);
        Store(new Checkpointed(through, _world.Time.GetUtcNow().Ticks, commits, retired));
        _world.Tally.Count(Happening.Checkpoint);
        foreach (var commit in commits)
        {
            if (commit.SealedAs is not null)
            {
                PathOf(_state.Files.Find(commit.FileNumber)!.Opened.Path).Seal(commit.SealedAs);
            }
        }

        if (_world.Random.Next(3) == 0 && _state.MaySave(snapshot))
        {
            _journal.Save(snapshot);
            _world.MayDie();
            _journal.Delete();
        }
    }

    public void Rest()
    {
        foreach (var file in _paths.Values)
        {
            file.Rest();
        }
    }

    public void Opened(FileOpened opened, bool isStored)
    {
        if (isStored)
        {
            Store(opened);
        }
        else
        {
            StoreLate();
            _unstored = opened;
        }
    }

    public void Dispose()
    {
        foreach (var file in _paths.Values)
        {
            file.Dispose();
        }
    }

    private void StoreLate()
    {
        if (_unstored is { } late)
        {
            _unstored = null;
            Store(late);
        }
    }

    private long Store(JournalEvent e)
    {
        _world.MayDie();
        var sequenceNr = _journal.Append(e);
        Note(e);
        _world.MayDie();
        _state.Apply(e, sequenceNr);
        return sequenceNr;
    }

    private void Note(JournalEvent e)
    {
        switch (e)
        {
            case PartStored part:
                for (var i = 0; i < part.Records; i++)
                {
                    _world.Ledger.Stored((int)part.FirstOrdinal + i);
                }

                break;
            case FileOpened opened:
                _world.Ledger.Opened(opened.Path);
                break;
            case Checkpointed checkpointed:
                foreach (var commit in checkpointed.Files)
                {
                    if (_state.Files.Find(commit.FileNumber) is { } entry)
                    {
                        _world.Ledger.Committed(entry.Opened.Path);
                    }
                }

                break;
        }
    }

    private string FinalPathOf(string path, long number) => _world.Bug == ProjectionBug.RenameReplaces
        ? SegmentName.PathOf(path, DateTimeOffset.UnixEpoch, 1)
        : SegmentName.PathOf(path, _world.Time.GetUtcNow(), number);

    // Always, but for the file that the bug has dropped.
    private bool IsInTable(long fileNumber) => _world.Bug != ProjectionBug.IdleFileDropped
        || (_state.Files.Find(fileNumber) is not null && !_retired.Contains(fileNumber));

    private SimulatedPath PathOf(string path)
    {
        if (!_paths.TryGetValue(path, out var file))
        {
            _paths.Add(path, file = new SimulatedPath(_world, this, path));
        }

        return file;
    }
}
