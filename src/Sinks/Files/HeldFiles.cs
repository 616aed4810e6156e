using System.Collections.Concurrent;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Segments whose writer has ended while they may hold more than is committed, kept open until somebody recovers them: with the
/// handle a file is found again wherever someone has moved it, and its inode is no other's. Any thread.
/// </summary>
public sealed class HeldFiles : IDisposable
{
    private readonly ConcurrentDictionary<ulong, LogFile> _byInode = new();

    /// <summary>How many are held.</summary>
    public int Count => _byInode.Count;

    /// <summary>Keeps a segment; one that has no handle any more, or that is held already, is disposed.</summary>
    public void Hold(LogFile ownedFile)
    {
        if (!ownedFile.HasHandle || !_byInode.TryAdd(ownedFile.Identity.Inode, ownedFile))
        {
            ownedFile.Dispose();
        }
    }

    /// <summary>The segment of an inode, which stays held; null when none is.</summary>
    public LogFile? Find(ulong inode) => _byInode.GetValueOrDefault(inode);

    /// <summary>The segment of an inode is where the journal says: it is not needed any more.</summary>
    public void Release(ulong inode)
    {
        if (_byInode.TryRemove(inode, out var file))
        {
            file.Dispose();
        }
    }

    /// <summary>Closes them all: nothing of them is to be recovered here. More may be held afterwards.</summary>
    public void Dispose()
    {
        foreach (var inode in _byInode.Keys)
        {
            Release(inode);
        }
    }
}
