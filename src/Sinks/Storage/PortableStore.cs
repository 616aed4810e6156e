namespace ActorLog.Sinks.Storage;

/// <summary>
/// The disk by the base class library alone, for macOS and Windows. What it cannot promise is said at
/// <see cref="SystemStore"/>: links are looked for before an open and not during it, directories are not synced, and a
/// file's identity is made of the moment of its creation.
/// </summary>
internal sealed class PortableStore : IStore
{
    private readonly string _root;
    private readonly FileStream _lock;

    private PortableStore(string root, FileStream locked, Guid id)
    {
        _root = root;
        _lock = locked;
        RootId = id;
    }

    public Guid RootId { get; }

    internal static PortableStore Open(string root)
    {
        Directory.CreateDirectory(root);
        FileStream locked;
        try
        {
            locked = new FileStream(
                Path.Combine(root, SystemStore.RootIdName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw SystemStore.Locked(root, failure);
        }

        try
        {
            var text = new byte[64];
            var read = locked.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            if (read > 0)
            {
                return new PortableStore(root, locked, SystemStore.ReadRootId(text.AsSpan(0, read), root));
            }

            var id = Guid.NewGuid();
            locked.Write(SystemStore.WriteRootId(id));
            locked.Flush(flushToDisk: true);
            return new PortableStore(root, locked, id);
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    public IStoreFile? TryCreate(string path)
    {
        var full = Full(path, "create");
        return Guarded("create", path, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            return File.Exists(full) || Directory.Exists(full)
                ? null
                : new PortableFile(
                    File.OpenHandle(full, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
                    path,
                    full);
        });
    }

    public IStoreFile? TryOpen(string path, bool readOnly = false)
    {
        var full = Full(path, "open");
        if (Status(path) is not { } status)
        {
            return null;
        }

        if (status.Kind != FileKind.File)
        {
            throw new StorageException("open", path, status.Kind == FileKind.Other ? "ELOOP" : "EINVAL");
        }

        var access = readOnly ? FileAccess.Read : FileAccess.ReadWrite;
        return Guarded("open", path, () => new PortableFile(
            File.OpenHandle(full, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete), path, full));
    }

    public FileStatus? Status(string path)
    {
        var full = Full(path, "status");
        return Guarded("status", path, () => PortableFile.StatusOf(full));
    }

    public IReadOnlyList<string> List(string directory)
    {
        StorePath.CheckDirectory(directory);
        var full = directory.Length == 0 ? _root : Full(directory, "list");
        return Guarded<IReadOnlyList<string>>("list", directory, () => Directory.Exists(full)
            ? [.. Directory.EnumerateFileSystemEntries(full).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)]
            : []);
    }

    public void Rename(string path, string newPath)
    {
        var from = Full(path, "rename");
        var to = Full(newPath, "rename");
        if (Status(path) is null)
        {
            throw new StorageException("rename", path, "ENOENT");
        }

        if (Status(newPath) is not null)
        {
            throw new StorageException("rename", newPath, "EEXIST");
        }

        Guarded("rename", path, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Move(from, to, overwrite: false);
            return true;
        });
    }

    public bool Delete(string path)
    {
        var full = Full(path, "delete");
        return Guarded("delete", path, () =>
        {
            var stood = File.Exists(full);
            File.Delete(full);
            return stood;
        });
    }

    public void SyncDirectory(string directory) => StorePath.CheckDirectory(directory);

    public void Dispose() => _lock.Dispose();

    internal static T Guarded<T>(string operation, string path, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception failure) when (failure is IOException and not StorageException or UnauthorizedAccessException)
        {
            const int diskFull = unchecked((int)0x80070070);
            var error = failure is UnauthorizedAccessException ? "EACCES" : failure.HResult == diskFull ? "ENOSPC" : "EIO";
            throw new StorageException(operation, path, error, failure.Message, failure);
        }
    }

    private string Full(string path, string operation)
    {
        StorePath.Check(path);
        var full = _root;
        foreach (var name in StorePath.DirectoryOf(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            full = Path.Combine(full, name);
            if (new DirectoryInfo(full).LinkTarget is not null)
            {
                throw new StorageException(operation, path, "ELOOP");
            }
        }

        return Path.Combine(full, StorePath.NameOf(path));
    }
}
