using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>An open file of a <see cref="PortableStore"/>.</summary>
internal sealed class PortableFile(SafeFileHandle ownedHandle, string path, string fullPath) : IStoreFile
{
    private readonly FileIdentity _identity = IdentityOf(fullPath);

    public string Path { get; } = path;

    public FileStatus Status() => PortableStore.Guarded("status", Path, () => new FileStatus(
        _identity, FileKind.File, RandomAccess.GetLength(ownedHandle), File.GetLastWriteTimeUtc(ownedHandle)));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(ownedHandle, bytes, RandomAccess.GetLength(ownedHandle));
        }
        catch (IOException failure)
        {
            PortableStore.Guarded<bool>("append", Path, () => throw failure);
        }
    }

    public int ReadAt(long offset, Span<byte> destination)
    {
        var total = 0;
        try
        {
            int read;
            while (total < destination.Length
                && (read = RandomAccess.Read(ownedHandle, destination[total..], offset + total)) > 0)
            {
                total += read;
            }
        }
        catch (IOException failure)
        {
            PortableStore.Guarded<bool>("read", Path, () => throw failure);
        }

        return total;
    }

    public void Truncate(long length) => PortableStore.Guarded("truncate", Path, () =>
    {
        if (length < 0 || length > RandomAccess.GetLength(ownedHandle))
        {
            throw new StorageException("truncate", Path, "EINVAL");
        }

        RandomAccess.SetLength(ownedHandle, length);
        return true;
    });

    public void Sync() => PortableStore.Guarded("sync", Path, () =>
    {
        RandomAccess.FlushToDisk(ownedHandle);
        return true;
    });

    public void Dispose() => ownedHandle.Dispose();

    internal static FileStatus? StatusOf(string fullPath)
    {
        var entry = new FileInfo(fullPath);
        if (entry.LinkTarget is not null)
        {
            return new FileStatus(IdentityOf(fullPath), FileKind.Other, 0, entry.LastWriteTimeUtc);
        }

        if (Directory.Exists(fullPath))
        {
            return new FileStatus(IdentityOf(fullPath), FileKind.Directory, 0, entry.LastWriteTimeUtc);
        }

        return entry.Exists
            ? new FileStatus(IdentityOf(fullPath), FileKind.File, entry.Length, entry.LastWriteTimeUtc)
            : null;
    }

    private static FileIdentity IdentityOf(string fullPath) => new(0, (ulong)File.GetCreationTimeUtc(fullPath).Ticks);
}
