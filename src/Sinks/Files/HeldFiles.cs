using System.Collections.Concurrent;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Segments whose writer has ended while they may hold more than is committed, kept open until somebody recovers them: with the
/// handle a file is found again wherever someone has moved it, and its inode is no other's. They go by the number that the
/// journal gave them: two of its files may name one inode, when the first was deleted by someone. Any thread.
/// </summary>
public sealed class HeldFiles : IDisposable
{
    private readonly ConcurrentDictionary<long, LogFile> _byNumber = new();

    /// <summary>The paths at which what is held was opened.</summary>
    public IReadOnlyCollection<string> Paths => [.. _byNumber.Values.Select(static file => file.Path)];

    /// <summary>
    /// Keeps a segment; one that has no handle any more is disposed, and so is one of the same number before it, of which the
    /// journal does not know.
    /// </summary>
    public void Hold(long fileNumber, LogFile ownedFile)
    {
        if (!ownedFile.HasHandle)
        {
            ownedFile.Dispose();
            return;
        }

        Release(fileNumber);
        _byNumber[fileNumber] = ownedFile;
    }

    /// <summary>The segment of a number, which stays held; null when none is, or when it is another file than the journal says.</summary>
    public LogFile? Find(long fileNumber, ulong inode) =>
        _byNumber.TryGetValue(fileNumber, out var file) && file.Identity.Inode == inode ? file : null;

    /// <summary>The segment of a number is where the journal says: it is not needed any more.</summary>
    public void Release(long fileNumber)
    {
        if (_byNumber.TryRemove(fileNumber, out var file))
        {
            file.Dispose();
        }
    }

    /// <summary>Closes them all: nothing of them is to be recovered here. More may be held afterwards.</summary>
    public void Dispose()
    {
        foreach (var number in _byNumber.Keys)
        {
            Release(number);
        }
    }
}
