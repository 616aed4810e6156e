namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>A file of the model: record ids instead of bytes.</summary>
internal sealed class SimulatedFile(ulong inode, string name)
{
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

    public void CutTo(int length)
    {
        Content.RemoveRange(length, Content.Count - length);
        Synced = Math.Min(Synced, length);
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

    public SimulatedFile? Find(ulong inode) => Files.Find(f => f.Inode == inode);

    public SimulatedFile? At(string name) => Files.Find(f => f.Name == name);

    public void LosePower(Random random)
    {
        Files.RemoveAll(f => !f.EntrySynced && random.Next(2) == 0);
        foreach (var file in Files)
        {
            file.CutTo(random.Next(file.Synced, file.Content.Count + 1));
            file.Sync();
        }
    }
}
