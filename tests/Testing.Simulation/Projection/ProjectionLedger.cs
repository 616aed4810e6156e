using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>What must stand in the files: which records, in which segments, and what is excused.</summary>
internal sealed class ProjectionLedger
{
    private readonly Dictionary<long, List<(int Id, long End)>> _written = [];
    private readonly Dictionary<string, int[]> _sealed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touchedNow = new(StringComparer.Ordinal);
    private readonly HashSet<string> _takenFrom = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unsound = new(StringComparer.Ordinal);
    private readonly HashSet<string> _movedUnproved = new(StringComparer.Ordinal);
    private readonly HashSet<int> _excused = [];
    private readonly HashSet<int> _stored = [];
    private readonly HashSet<string> _committed = new(StringComparer.Ordinal);
    private Func<int, string> _pathOf = static _ => "";

    /// <summary>How many records there are.</summary>
    public int Records { get; private set; }

    /// <summary>Whether someone else's hand was on any file.</summary>
    public bool IsTouched => _touched.Count > 0;

    /// <summary>How often a record must stand in the files: never, when the process died before it was stored.</summary>
    public int Due(int id) => _stored.Contains(id) ? 1 : 0;

    public bool IsExcused(int id) => _excused.Contains(id);

    /// <summary>Whether someone else has cut one of the files of this name, or of the path that it was sealed from.</summary>
    public bool IsTakenFrom(string path)
    {
        foreach (var taken in _takenFrom)
        {
            if (path.StartsWith(taken, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The journal has a record: from here on it is promised.</summary>
    public void Stored(int id) => _stored.Add(id);

    /// <summary>A checkpoint names a path's segment: from here on its end proves which file it is.</summary>
    public void Committed(string path) => _committed.Add(path);

    /// <summary>A path has a new segment.</summary>
    public void Opened(string path) => _committed.Remove(path);

    public bool IsCommitted(string path) => _committed.Contains(path);

    /// <summary>Takes new records; returns the first.</summary>
    public int Accept(int records, Func<int, string> pathOf)
    {
        _pathOf = pathOf;
        var first = Records;
        Records += records;
        for (var id = first; id < Records; id++)
        {
            if (_touchedNow.Contains(pathOf(id)))
            {
                _excused.Add(id);
            }
        }

        return first;
    }

    /// <summary>
    /// Someone else takes away what a file holds: it is his, until the partition has found out and begun another.
    /// </summary>
    public void TakenAway(string path)
    {
        _touched.Add(path);
        _touchedNow.Add(path);
        _takenFrom.Add(path);
        for (var id = 0; id < Records; id++)
        {
            if (_pathOf(id) == path)
            {
                _excused.Add(id);
            }
        }
    }

    /// <summary>
    /// The disk has refused to sync what stood where a segment is to begin, of someone else or from before his hand was there: once
    /// it has, no later sync writes it, and nothing that is built on it is certain.
    /// </summary>
    public void Unsound(string path)
    {
        _unsound.Add(path);
        TakenAway(path);
    }

    /// <summary>Someone else moves a file of which nothing is committed: it is lost sight of unless who has it open cuts it.</summary>
    public void MovedUnproved(string path, bool isOpen)
    {
        if (isOpen)
        {
            _movedUnproved.Add(path);
        }
        else
        {
            TakenAway(path);
        }
    }

    /// <summary>The process dies, and its handles with it.</summary>
    public void Dies()
    {
        foreach (var path in _movedUnproved)
        {
            TakenAway(path);
        }

        _movedUnproved.Clear();
    }

    /// <summary>A recovery has dealt with all files.</summary>
    public void HasRecovered() => _movedUnproved.Clear();

    /// <summary>Someone else gives a file another name, or adds to it: nothing of ours is excused.</summary>
    public void Touched(string path) => _touched.Add(path);

    /// <summary>A recovery has looked at all files; one that is unsound stays so.</summary>
    public void Recovers() => _touchedNow.IntersectWith(_unsound);

    public void Wrote(long fileNumber, int id, long end)
    {
        if (!_written.TryGetValue(fileNumber, out var records))
        {
            _written.Add(fileNumber, records = []);
        }

        records.Add((id, end));
    }

    /// <summary>A file is cut to what is committed.</summary>
    public void Cut(long fileNumber, long committed)
    {
        if (_written.TryGetValue(fileNumber, out var records))
        {
            records.RemoveAll(r => r.End > committed);
        }
    }

    public void Sealed(long fileNumber, string finalPath) =>
        _sealed[finalPath] = [.. _written.GetValueOrDefault(fileNumber, []).Select(static r => r.Id)];

    /// <summary>A file that the journal knows is not what it should be: only another's hand explains that.</summary>
    public void CheckMissing(FileEntry entry, Recovery recovery)
    {
        if (!_touched.Contains(entry.Opened.Path) && entry.Length > entry.Opened.BaseLength)
        {
            throw new SimulationFailure(
                $"{entry.Opened.Path}: {recovery.Outcome} where {entry.Length} bytes are committed (found {recovery.FoundLength})");
        }
    }

    /// <summary>Segments that retention has deleted are excused; any other must still stand, in one of its forms.</summary>
    public void AfterUpkeep(MemoryStore memory, bool retains)
    {
        foreach (var (path, ids) in _sealed)
        {
            if (memory.Status(path) is not null || memory.Status(path + SegmentName.CompressedSuffix) is not null)
            {
                continue;
            }

            if (retains)
            {
                _excused.UnionWith(ids);
            }
            else if (!IsTouched)
            {
                throw new SimulationFailure($"{path} is gone");
            }
        }
    }
}
