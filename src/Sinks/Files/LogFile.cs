using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// One active segment, written as a projection of a journal: only ever appended to, and cut only at a recovery, when
/// inode, length and a checksum before the cut agree with what the journal says. Owns the open file. After a failed
/// append, sync or seal it is broken: nothing more is written with it, and the caller recovers from the committed length.
/// One thread at a time.
/// </summary>
public sealed class LogFile : IDisposable
{
    private readonly IStore _store;
    private readonly IStoreFile _file;
    private readonly TailHash _tail;
    private bool _isBroken;

    private LogFile(IStore store, IStoreFile ownedFile, TailHash tail, FileIdentity identity)
    {
        _store = store;
        _file = ownedFile;
        _tail = tail;
        Identity = identity;
        BaseLength = tail.Length;
        SyncedLength = tail.Length;
    }

    /// <summary>The path below the root.</summary>
    public string Path => _file.Path;

    /// <summary>Which file it is; the journal keeps the inode.</summary>
    public FileIdentity Identity { get; }

    /// <summary>Bytes that stood in the file when it was opened here; they are never cut.</summary>
    public long BaseLength { get; }

    /// <summary>Bytes of the file, as far as they were appended here.</summary>
    public long Length => _tail.Length;

    /// <summary>Bytes known to be durable: the length at the last sync, else that at the opening.</summary>
    public long SyncedLength { get; private set; }

    /// <summary>Whether an operation has failed, or the file was sealed or disposed.</summary>
    public bool IsClosed => _isBroken || !HasHandle;

    /// <summary>Whether the file is still open, if only for <see cref="CutTo"/>.</summary>
    public bool HasHandle { get; private set; } = true;

    /// <summary>
    /// Opens the segment at a path, making it when there is none; its directory entry is durable on return. A file that
    /// stands there already is kept, its last line ended where it had no end: its length becomes <see cref="BaseLength"/>.
    /// </summary>
    /// <exception cref="StorageException">The disk refused, or what stands at the path is no regular file.</exception>
    public static LogFile Create(IStore store, string path)
    {
        var file = store.TryOpen(path) ?? store.TryCreate(path)
            ?? store.TryOpen(path)
            ?? throw new StorageException("create", path, "ENOENT", "the file appears and goes");
        try
        {
            var status = file.Status();
            var tail = TailHash.Read(file, status.Length)
                ?? throw new StorageException("read", path, "EIO", "the file became shorter while it was read");
            SettleBase(file, tail);
            store.SyncDirectory(StorePath.DirectoryOf(path));
            return new LogFile(store, file, tail, status.Identity);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a segment of the journal's table and cuts it back to the committed length; never extends it.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public static Recovery Recover(IStore store, string path, CommittedFile committed)
    {
        if (store.Status(path) is not { } found)
        {
            return new Recovery(RecoveryOutcome.Missing, 0, null);
        }

        // The device is left out: its number may change with a restart of the machine.
        if (found.Kind != FileKind.File || found.Identity.Inode != committed.Inode)
        {
            return new Recovery(RecoveryOutcome.Foreign, found.Length, null);
        }

        if (store.TryOpen(path) is not { } file)
        {
            return new Recovery(RecoveryOutcome.Missing, 0, null);
        }

        var kept = false;
        try
        {
            var status = file.Status();
            if (status.Identity != found.Identity)
            {
                return new Recovery(RecoveryOutcome.Foreign, status.Length, null);
            }

            if (Cut(file, status.Length, committed, out var outcome) is not { } tail)
            {
                return new Recovery(outcome, status.Length, null);
            }

            // When it has its length already an earlier try may have cut it and failed to sync it; that matters unless it is
            // found again by its checksum.
            if (status.Length > committed.Length || !committed.IsProven)
            {
                file.Sync();
            }

            if (!committed.IsProven)
            {
                // It may be another one that has taken the inode, whose entry was never synced.
                store.SyncDirectory(StorePath.DirectoryOf(path));
            }

            kept = true;
            return new Recovery(outcome, status.Length, new LogFile(store, file, tail, status.Identity));
        }
        finally
        {
            if (!kept)
            {
                file.Dispose();
            }
        }
    }

    /// <summary>
    /// Cuts a segment that its path no longer names back to the committed length: someone has moved it, and what is not committed
    /// comes again in a new one. Its writer's handle is the best proof of which file it is. Without one it is looked for in its
    /// folder, and cut only when its end is the committed one, since the inode of a deleted file is soon another's.
    /// </summary>
    /// <param name="store">The root.</param>
    /// <param name="path">Where it was.</param>
    /// <param name="committed">What the journal says of it.</param>
    /// <param name="held">The segment as its writer had it open, see <see cref="HeldFiles"/>; null: it was not kept.</param>
    /// <returns>Whether it was found, and holds what is committed and no more.</returns>
    /// <exception cref="StorageException">The disk refused.</exception>
    public static bool CutMoved(IStore store, string path, CommittedFile committed, LogFile? held)
    {
        if (held is not null)
        {
            return held.CutTo(committed) == RecoveryOutcome.Recovered;
        }

        if (!committed.IsProven || Find(store, StorePath.DirectoryOf(path), committed.Inode) is not { } moved)
        {
            return false;
        }

        var recovery = Recover(store, moved, committed);
        using var file = recovery.File;
        if (recovery.FoundLength == committed.Length)
        {
            // An earlier try may have cut it and failed to sync it, and it is not touched again.
            file?._file.Sync();
        }

        return file is not null;
    }

    /// <summary>Looks for a segment by its inode, when its path no longer names it: someone has renamed it.</summary>
    /// <returns>Its path in that directory, or null.</returns>
    public static string? Find(IStore store, string directory, ulong inode)
    {
        foreach (var name in store.List(directory))
        {
            var path = StorePath.Join(directory, name);
            if (StorePath.IsLegal(path) && IsInode(store, path, inode))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>Appends lines. They are durable after the next <see cref="Sync"/>.</summary>
    /// <exception cref="StorageException">The disk refused; a part may stand in the file.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        ThrowIfClosed();
        try
        {
            _file.Append(bytes);
        }
        catch (StorageException)
        {
            _isBroken = true;
            throw;
        }

        _tail.Append(bytes);
    }

    /// <summary>Appends all lines of a group.</summary>
    /// <exception cref="StorageException">The disk refused; a part may stand in the file.</exception>
    public void Append(LineGroup group)
    {
        for (var i = 0; i < group.PieceCount; i++)
        {
            Append(group.Piece(i));
        }
    }

    /// <summary>Makes all that was appended durable.</summary>
    /// <exception cref="StorageException">The disk refused: nothing since the last sync can be relied upon.</exception>
    public void Sync()
    {
        ThrowIfClosed();
        if (SyncedLength == Length)
        {
            return;
        }

        try
        {
            _file.Sync();
        }
        catch (StorageException)
        {
            _isBroken = true;
            throw;
        }

        SyncedLength = Length;
    }

    /// <summary>The checksum of at least the last 64 KiB before <see cref="Length"/>; computed as bytes are appended.</summary>
    public ulong TailChecksum() => _tail.Value;

    /// <summary>What a journal keeps of the file as it is now; true of the disk once <see cref="Sync"/> has returned.</summary>
    public CommittedFile ToCommitted() => new(Identity.Inode, Length, TailChecksum());

    /// <summary>Whether someone else has cut or extended the file: one call, cheap enough for each append.</summary>
    public Interference FindOtherLength()
    {
        ThrowIfClosed();
        var real = _file.Status().Length;
        return real == Length ? Interference.None : real < Length ? Interference.Truncated : Interference.Extended;
    }

    /// <summary>Whether someone else has moved, replaced, deleted, cut or extended the file.</summary>
    public Interference FindInterference()
    {
        if (FindOtherLength() is not Interference.None and var found)
        {
            return found;
        }

        return _store.Status(Path) switch
        {
            null => Interference.Gone,
            { } status when status.Identity != Identity => Interference.Replaced,
            _ => Interference.None,
        };
    }

    /// <summary>
    /// Cuts the file, whatever it is called by now, back to what the journal says, durably; nothing more is written with it.
    /// Broken or not, it must not have been disposed.
    /// </summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public RecoveryOutcome CutTo(CommittedFile committed)
    {
        ObjectDisposedException.ThrowIf(!HasHandle, this);
        _isBroken = true;
        if (Cut(_file, _file.Status().Length, committed, out var outcome) is not null)
        {
            // Whether this cut it or an earlier try that failed to sync it: it is not touched again.
            _file.Sync();
        }

        return outcome;
    }

    /// <summary>
    /// Gives the segment its final name, durably, and closes it. The caller has synced it, and its intent stands in the
    /// journal. When the disk refuses, <see cref="Seal(IStore, string, string, CommittedFile)"/> goes on from any step.
    /// </summary>
    /// <exception cref="StorageException">The disk refused, or something stands at the final path (EEXIST).</exception>
    public SealOutcome Seal(string finalPath)
    {
        ThrowIfClosed();
        Dispose();
        return Seal(_store, Path, finalPath, new CommittedFile(Identity.Inode, Length, null));
    }

    /// <summary>
    /// Completes the intent to seal, wherever a crash left it; the file is known by its inode and its end. The inode alone
    /// is not enough: when the segment has been compressed since, its inode may be that of a new file at the path.
    /// </summary>
    /// <exception cref="StorageException">The disk refused, or another file stands at the final path (EEXIST).</exception>
    public static SealOutcome Seal(IStore store, string path, string finalPath, CommittedFile committed)
    {
        var atPath = IsInode(store, path, committed.Inode) && EndsAs(store, path, committed);
        if (IsInode(store, finalPath, committed.Inode))
        {
            if (atPath)
            {
                // A file system without a rename that refuses to replace: the crash fell between its two steps.
                store.Delete(path);
            }
        }
        else if (atPath)
        {
            store.Rename(path, finalPath);
        }
        else
        {
            return SealOutcome.Missing;
        }

        store.SyncDirectory(StorePath.DirectoryOf(finalPath));
        return SealOutcome.Sealed;
    }

    /// <summary>Closes the file; syncs nothing.</summary>
    public void Dispose()
    {
        HasHandle = false;
        _file.Dispose();
    }

    // The hash of what is left, or null and why. The caller syncs it.
    private static TailHash? Cut(IStoreFile file, long length, CommittedFile committed, out RecoveryOutcome outcome)
    {
        outcome = RecoveryOutcome.Shorter;
        if (length < committed.Length || TailHash.Read(file, committed.Length) is not { } tail)
        {
            return null;
        }

        outcome = RecoveryOutcome.Damaged;
        if (committed.TailChecksum is { } checksum && tail.Value != checksum)
        {
            return null;
        }

        if (length > committed.Length)
        {
            file.Truncate(committed.Length);
        }

        outcome = RecoveryOutcome.Recovered;
        return tail;
    }

    // What stands there is ours for good from here on: the journal counts from its end, which is that of a line.
    private static void SettleBase(IStoreFile file, TailHash tail)
    {
        Span<byte> last = stackalloc byte[1];
        if (tail.Length == 0 || file.ReadAt(tail.Length - 1, last) == 0)
        {
            return;
        }

        if (last[0] == (byte)'\n')
        {
            // Whoever wrote or cut it may not have synced it.
            file.Sync();
            return;
        }

        try
        {
            file.Append("\n"u8);
            file.Sync();
        }
        catch (StorageException)
        {
            // It may never be written: the next try must not find it there and take it for durable.
            file.Truncate(tail.Length);
            throw;
        }

        tail.Append("\n"u8);
    }

    private static bool IsInode(IStore store, string path, ulong inode) =>
        store.Status(path) is { Kind: FileKind.File } status && status.Identity.Inode == inode;

    private static bool EndsAs(IStore store, string path, CommittedFile committed)
    {
        using var file = store.TryOpen(path, readOnly: true);
        return file is not null && TailHash.Read(file, committed.Length) is { } tail
            && (committed.TailChecksum is null || committed.TailChecksum == tail.Value);
    }

    private void ThrowIfClosed()
    {
        if (IsClosed)
        {
            throw new InvalidOperationException($"{Path} is closed; recover it from its committed length.");
        }
    }
}
