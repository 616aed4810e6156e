using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// The files of one incarnation: a projection of what was applied, in order, committed at checkpoints.
/// </summary>
internal sealed class SimulatedFiles(Simulation world, SimulatedOwner owner, SimulatedDisk disk)
{
    private readonly Queue<PartToProject> _parts = new();
    private readonly Dictionary<string, OpenFile> _open = [];
    private readonly List<(long Number, SimulatedFile File, string SealedAs)> _renames = [];
    private readonly List<long> _retired = [];
    private long _nextNumber;

    /// <summary>The first applied event that is not in the files; null when all are.</summary>
    public long? FirstUnwritten => _parts.TryPeek(out var part) ? part.SequenceNr : null;

    public bool IsIdle => _parts.Count == 0 && _renames.Count == 0 && !_open.Values.Any(f => f.IsSealing);

    public void Enqueue(long sequenceNr, PartStored part) => _parts.Enqueue(new PartToProject(sequenceNr, part));

    public void Recover(RecoveryPlan plan)
    {
        foreach (var entry in plan.Renames)
        {
            var file = disk.Find(entry.Opened.Inode) ?? throw new SimulationFailure("a sealed file is gone");
            CutTo(file, entry);
            Rename(entry.Opened.FileNumber, file, entry.SealedAs!);
        }

        foreach (var entry in plan.Files)
        {
            if (disk.Find(entry.Opened.Inode) is { } file)
            {
                CutTo(file, entry);
                _open[entry.Opened.Path] = new OpenFile(entry.Opened.FileNumber, file) { IsInTable = true };
            }
            else if (entry.Length == 0)
            {
                // Its directory entry was not synced before the power went; nothing of it was committed.
                _retired.Add(entry.Opened.FileNumber);
            }
            else
            {
                throw new SimulationFailure($"file {entry.Opened.FileNumber} is gone with {entry.Length} committed records");
            }
        }

        foreach (var part in plan.Parts)
        {
            if (world.Bug != SimulationBug.NoProjectionOnRecovery)
            {
                _parts.Enqueue(part);
            }
        }
    }

    /// <summary>Writes the next part, once all its files stand in the table.</summary>
    public void Project()
    {
        if (!_parts.TryPeek(out var next))
        {
            return;
        }

        var isReady = true;
        foreach (var path in SimulatedBlock.Read(next.Part.Block).Select(r => PathOf(r.Host)).Distinct())
        {
            isReady &= IsReady(path);
        }

        if (!isReady)
        {
            return;
        }

        foreach (var (host, id) in SimulatedBlock.Read(next.Part.Block))
        {
            _open[PathOf(host)].File.Content.Add(id);
        }

        _parts.Dequeue();
    }

    public Checkpointed Commit(FileTable table, long through, long now)
    {
        var commits = new List<FileCommit>();
        foreach (var (path, open) in _open.Where(o => o.Value.IsInTable && !o.Value.IsSealing))
        {
            if (world.Bug != SimulationBug.CheckpointBeforeSync)
            {
                open.File.Sync();
            }

            open.IsSealing = world.Rotates && open.File.Content.Count > 0 && world.Random.Next(3) == 0;
            var entry = table.Find(open.Number)!;
            if (open.IsSealing || entry.Length != open.File.Content.Count)
            {
                commits.Add(new FileCommit(
                    open.Number, open.File.Content.Count, 0, open.IsSealing ? $"{path}.{open.Number}" : null));
            }
        }

        var checkpoint = new Checkpointed(through, now, commits, [.. _retired]);
        _retired.Clear();
        return checkpoint;
    }

    public void OnCheckpointed(Checkpointed checkpointed)
    {
        foreach (var commit in checkpointed.Files.Where(f => f.SealedAs is not null))
        {
            var (path, open) = _open.Single(o => o.Value.Number == commit.FileNumber);
            _renames.Add((open.Number, open.File, commit.SealedAs!));
            if (open.File.Content.Count != commit.Length)
            {
                throw new SimulationFailure($"{path} grew while it was sealed");
            }
        }
    }

    public void OnOpened(FileOpened opened) => _open[opened.Path].IsInTable = true;

    public void Rename()
    {
        if (_renames.Count == 0)
        {
            return;
        }

        var (number, file, name) = _renames[0];
        _open.Remove(file.Name);
        Rename(number, file, name);
        _renames.RemoveAt(0);
    }

    private static string PathOf(int host) => $"host-{host}";

    private void Rename(long number, SimulatedFile file, string name)
    {
        if (file.Name != name && disk.At(name) is not null)
        {
            throw new SimulationFailure($"{name} would be replaced");
        }

        file.Name = name;
        _retired.Add(number);
    }

    private void CutTo(SimulatedFile file, FileEntry entry)
    {
        if (file.Content.Count < entry.Length)
        {
            throw new SimulationFailure(
                $"file {entry.Opened.FileNumber} has {file.Content.Count} of {entry.Length} committed records");
        }

        if (world.Bug != SimulationBug.NoCutOnRecovery)
        {
            file.CutTo((int)entry.Length);
            file.Sync();
        }
    }

    private bool IsReady(string path)
    {
        if (_open.TryGetValue(path, out var open))
        {
            return !open.IsSealing && (open.IsInTable || world.Bug == SimulationBug.WriteBeforeFileOpened);
        }

        var file = disk.At(path) ?? disk.Create(path);
        if (file.Content.Count > 0 && world.Bug != SimulationBug.WriteBeforeFileOpened)
        {
            throw new SimulationFailure($"{path} is not in the table and not empty");
        }

        _nextNumber = Math.Max(_nextNumber, owner.State!.Files.NextNumber);
        var number = _nextNumber++;
        _open.Add(path, new OpenFile(number, file));
        owner.Persist(new FileOpened(number, disk.RootId, path, 1, file.Inode, file.Content.Count));
        return false;
    }

    private sealed class OpenFile(long number, SimulatedFile file)
    {
        public long Number { get; } = number;

        public SimulatedFile File { get; } = file;

        public bool IsInTable { get; set; }

        public bool IsSealing { get; set; }
    }
}
