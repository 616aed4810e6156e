namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>A file of the model: record ids instead of bytes.</summary>
internal sealed class SimulatedFile(ulong inode, string name)
{
    private string _durableName = name;

    public ulong Inode { get; } = inode;

    public string Name { get; set; } = name;

    public List<int> Content { get; } = [];

    public int Synced { get; set; }

    public bool EntrySynced { get; set; }

    public void Sync()
    {
        Synced = Content.Count;
        EntrySynced = true;
    }

    public void SyncDirectory() => _durableName = Name;

    public void CutTo(int length)
    {
        Content.RemoveRange(length, Content.Count - length);
        Synced = Math.Min(Synced, length);
    }

    /// <summary>Returns whether a rename was lost.</summary>
    public bool LosePower(Random random)
    {
        CutTo(random.Next(Synced, Content.Count + 1));
        var isLost = Name != _durableName && random.Next(2) == 0;
        Name = isLost ? _durableName : Name;
        SyncDirectory();
        Sync();
        return isLost;
    }
}

/// <summary>A data root of the model: a power loss keeps what was synced, and any part of the rest.</summary>
internal sealed class SimulatedDisk(string rootId)
{
    private ulong _nextInode = 1;

    public string RootId { get; } = rootId;

    public List<SimulatedFile> Files { get; } = [];

    public SimulatedFile Create(string name)
    {
        var file = new SimulatedFile(_nextInode++, name);
        Files.Add(file);
        return file;
    }

    public SimulatedFile? Find(ulong inode)
    {
        foreach (var file in Files)
        {
            if (file.Inode == inode)
            {
                return file;
            }
        }

        return null;
    }

    public SimulatedFile? At(string name)
    {
        foreach (var file in Files)
        {
            if (file.Name == name)
            {
                return file;
            }
        }

        return null;
    }

    public void LosePower(Random random, Tally tally)
    {
        tally.Count(Happening.PowerLoss);
        Files.RemoveAll(f => !f.EntrySynced && random.Next(2) == 0);
        foreach (var file in Files)
        {
            if (file.LosePower(random))
            {
                tally.Count(Happening.RenameLost);
            }
        }
    }
}
