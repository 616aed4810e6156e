using ActorLog.Sinks.Storage;

namespace ActorLog.Testing.Nodes;

/// <summary>Lets several threads share a store that is made for one.</summary>
internal sealed class SharedStore(IStore inner) : IStore
{
    private readonly Lock _lock = new();

    public Guid RootId => inner.RootId;

    /// <summary>Does something to the store inside while nobody uses it.</summary>
    public void Do(Action act)
    {
        lock (_lock)
        {
            act();
        }
    }

    public IStoreFile? TryCreate(string path)
    {
        lock (_lock)
        {
            return inner.TryCreate(path) is { } file ? new SharedFile(this, file) : null;
        }
    }

    public IStoreFile? TryOpen(string path, bool readOnly = false)
    {
        lock (_lock)
        {
            return inner.TryOpen(path, readOnly) is { } file ? new SharedFile(this, file) : null;
        }
    }

    public FileStatus? Status(string path)
    {
        lock (_lock)
        {
            return inner.Status(path);
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_lock)
        {
            return inner.List(directory);
        }
    }

    public void Rename(string path, string newPath) => Do(() => inner.Rename(path, newPath));

    public bool Delete(string path)
    {
        lock (_lock)
        {
            return inner.Delete(path);
        }
    }

    public void SyncDirectory(string directory) => Do(() => inner.SyncDirectory(directory));

    public void Dispose() => Do(inner.Dispose);

    private sealed class SharedFile(SharedStore store, IStoreFile inner) : IStoreFile
    {
        public string Path => inner.Path;

        public FileStatus Status()
        {
            lock (store._lock)
            {
                return inner.Status();
            }
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            lock (store._lock)
            {
                inner.Append(bytes);
            }
        }

        public int ReadAt(long offset, Span<byte> destination)
        {
            lock (store._lock)
            {
                return inner.ReadAt(offset, destination);
            }
        }

        public void Truncate(long length) => store.Do(() => inner.Truncate(length));

        public void Sync() => store.Do(inner.Sync);

        public void Dispose() => store.Do(inner.Dispose);
    }
}
