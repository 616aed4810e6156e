using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>
/// The files of one incarnation: a projection of what was applied, in order, committed at checkpoints.
/// </summary>
internal sealed class SimulatedFiles(DeliverySimulation world, SimulatedOwner owner, SimulatedDisk disk)
{
    private readonly Queue<PartToProject> _parts = new();
    private readonly Dictionary<string, OpenFile> _open = [];
    private readonly Queue<Renaming> _renames = new();
    private readonly List<long> _retired = [];
    private long _nextNumber;

    /// <summary>The first applied event that is not in the files; null when all are.</summary>
    public long? FirstUnwritten => _parts.TryPeek(out var part) ? part.SequenceNr : null;

    public bool IsIdle
    {
        get
        {
            foreach (var open in _open.Values)
            {
                if (open.IsSealing)
                {
                    return false;
                }
            }

            return _parts.Count == 0 && _renames.Count == 0;
        }
    }

    public void Enqueue(long sequenceNr, PartStored part) => _parts.Enqueue(new PartToProject(sequenceNr, part));

    public void Recover(RecoveryPlan plan)
    {
        foreach (var entry in plan.Renames)
        {
            var file = disk.Find(entry.Opened.Inode) ?? throw new SimulationFailure("a sealed file is gone");
            CutTo(file, entry);
            if (file.Name != entry.SealedAs)
            {
                world.Tally.Count(Happening.RenameCompleted);
                Rename(file, entry.SealedAs!);
            }

            file.SyncDirectory();
            _retired.Add(entry.Opened.FileNumber);
        }

        foreach (var entry in plan.Files)
        {
            Recover(entry);
        }

        foreach (var part in plan.Parts)
        {
            if (world.Bug != DeliveryBug.NoProjectionOnRecovery)
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

        var block = next.Part.Block.Span;
        var isReady = true;
        for (var i = 0; i < SimulatedBlock.RecordsOf(block); i++)
        {
            isReady &= IsReady(PathOf(SimulatedBlock.Read(block, i).Host));
        }

        if (!isReady)
        {
            return;
        }

        for (var i = 0; i < SimulatedBlock.RecordsOf(block); i++)
        {
            var (host, id) = SimulatedBlock.Read(block, i);
            _open[PathOf(host)].File.Content.Add(id);
        }

        _parts.Dequeue();
    }

    public Checkpointed Commit(FileTable table, long through, long now)
    {
        var commits = new List<FileCommit>();
        foreach (var (path, open) in _open)
        {
            if (!open.IsInTable || open.IsSealing)
            {
                continue;
            }

            if (world.Bug != DeliveryBug.CheckpointBeforeSync)
            {
                open.File.Sync();
            }

            open.IsSealing = world.Rotates && open.File.Content.Count > 0 && world.Random.Next(3) == 0;
            var entry = table.Find(open.Number)!;
            if (open.IsSealing || entry.Length != open.File.Content.Count)
            {
                commits.Add(new FileCommit(
                    open.Number, open.File.Content.Count, 0, open.IsSealing ? $"{path}.{open.Number}.{now}" : null));
            }
        }

        var checkpoint = new Checkpointed(through, now, commits, [.. _retired]);
        _retired.Clear();
        return checkpoint;
    }

    public void OnCheckpointed(Checkpointed checkpointed)
    {
        foreach (var commit in checkpointed.Files)
        {
            if (commit.SealedAs is null)
            {
                continue;
            }

            var (path, open) = _open.Single(o => o.Value.Number == commit.FileNumber);
            _renames.Enqueue(new Renaming(open.Number, open.File, commit.SealedAs));
            if (open.File.Content.Count != commit.Length)
            {
                throw new SimulationFailure($"{path} grew while it was sealed");
            }
        }
    }

    public void OnOpened(FileOpened opened) => _open[opened.Path].IsInTable = true;

    /// <summary>The next step of a rename: the name, then the directory.</summary>
    public void Rename()
    {
        if (!_renames.TryPeek(out var next))
        {
            return;
        }

        if (next.File.Name != next.SealedAs)
        {
            world.Tally.Count(Happening.Rename);
            _open.Remove(next.File.Name);
            Rename(next.File, next.SealedAs);
            if (world.Bug != DeliveryBug.RetiredBeforeDirectorySync)
            {
                return;
            }
        }
        else
        {
            next.File.SyncDirectory();
        }

        _retired.Add(next.Number);
        _renames.Dequeue();
    }

    /// <summary>What an owner must not do that was replaced: his last commit may have been stored.</summary>
    public void CutTails(FileTable table)
    {
        foreach (var open in _open.Values)
        {
            if (table.Find(open.Number) is { } entry && entry.Length < open.File.Content.Count)
            {
                open.File.CutTo((int)entry.Length);
            }
        }
    }

    private static string PathOf(int host) => Paths[host];

    private static readonly string[] Paths = [.. Enumerable.Range(0, 16).Select(static host => $"host-{host}")];

    private void Recover(FileEntry entry)
    {
        if (disk.Find(entry.Opened.Inode) is { } file)
        {
            CutTo(file, entry);
            if (file.Name != entry.Opened.Path)
            {
                // Renamed on a decision that the journal has lost.
                _retired.Add(entry.Opened.FileNumber);
                return;
            }

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

    private void Rename(SimulatedFile file, string name)
    {
        if (disk.At(name) is not null)
        {
            throw new SimulationFailure($"{name} would be replaced");
        }

        file.Name = name;
    }

    private void CutTo(SimulatedFile file, FileEntry entry)
    {
        if (file.Content.Count < entry.Length)
        {
            throw new SimulationFailure(
                $"file {entry.Opened.FileNumber} has {file.Content.Count} of {entry.Length} committed records");
        }

        if (world.Bug != DeliveryBug.NoCutOnRecovery)
        {
            if (file.Content.Count > entry.Length)
            {
                world.Tally.Count(Happening.Cut);
            }

            file.CutTo((int)entry.Length);
            file.Sync();
        }
    }

    private bool IsReady(string path)
    {
        if (_open.TryGetValue(path, out var open))
        {
            return !open.IsSealing && (open.IsInTable || world.Bug == DeliveryBug.WriteBeforeFileOpened);
        }

        var file = disk.At(path) ?? disk.Create(path);
        if (file.Content.Count > 0 && world is { WentBack: false, Bug: not DeliveryBug.WriteBeforeFileOpened })
        {
            throw new SimulationFailure($"{path} is not in the table and not empty");
        }

        _nextNumber = Math.Max(_nextNumber, owner.State!.Files.NextNumber);
        var number = _nextNumber++;
        _open.Add(path, new OpenFile(number, file));
        owner.Persist(new FileOpened(number, disk.RootId, path, 1, file.Inode, file.Content.Count));
        return false;
    }

    private sealed record Renaming(long Number, SimulatedFile File, string SealedAs);

    private sealed class OpenFile(long number, SimulatedFile file)
    {
        public long Number { get; } = number;

        public SimulatedFile File { get; } = file;

        public bool IsInTable { get; set; }

        public bool IsSealing { get; set; }
    }
}
