using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>One open file of <see cref="LocalFiles"/>: the handle and what is known of it.</summary>
internal sealed class LocalFile : IDisposable
{
    private readonly IStoreFile _file;

    private LocalFile(IStoreFile ownedFile, FileIdentity identity, long length, DateTimeOffset openedAt)
    {
        _file = ownedFile;
        Identity = identity;
        Length = length;
        OpenedAt = openedAt;
    }

    internal string Path => _file.Path;

    internal FileIdentity Identity { get; }

    /// <summary>Bytes of whole lines in it; what lies behind is a part of a failed append.</summary>
    internal long Length { get; private set; }

    /// <summary>When it was made; for one that stood there, when it was last written to.</summary>
    internal DateTimeOffset OpenedAt { get; }

    /// <summary>When its path was last looked at, in ticks of the time provider.</summary>
    internal long CheckedAt { get; set; }

    internal LinkedListNode<LocalFile>? Node { get; set; }

    /// <summary>Opens a file or makes it; a torn line at its end is cut.</summary>
    internal static LocalFile Open(IStore store, string path, DateTimeOffset now)
    {
        var file = store.TryOpen(path) ?? store.TryCreate(path) ?? store.TryOpen(path)
            ?? throw new StorageException("create", path, "ENOENT", "the file appears and goes");
        try
        {
            var found = file.Status();
            var length = TornTail.Cut(file);
            return new LocalFile(file, found.Identity, length, found.Length == 0 ? now : found.Modified);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal void Append(LineGroup group)
    {
        for (var i = 0; i < group.PieceCount; i++)
        {
            _file.Append(group.Piece(i));
        }

        Length += group.Bytes;
    }

    internal Interference FindInterference(IStore store)
    {
        var length = _file.Status().Length;
        if (length != Length)
        {
            return length < Length ? Interference.Truncated : Interference.Extended;
        }

        return store.Status(Path) switch
        {
            null => Interference.Gone,
            { } status when status.Identity != Identity => Interference.Replaced,
            _ => Interference.None,
        };
    }

    public void Dispose() => _file.Dispose();
}
