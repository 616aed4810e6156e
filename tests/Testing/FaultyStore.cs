using ActorLog.Sinks.Storage;

namespace ActorLog.Testing;

/// <summary>What a <see cref="FaultyStore"/> can make fail.</summary>
public enum StoreOperation
{
    /// <summary>Making a file.</summary>
    Create,
    /// <summary>Opening one.</summary>
    Open,
    /// <summary>Asking for a path's status.</summary>
    Status,
    /// <summary>Listing a directory.</summary>
    List,
    /// <summary>Renaming.</summary>
    Rename,
    /// <summary>Deleting.</summary>
    Delete,
    /// <summary>Syncing a directory.</summary>
    SyncDirectory,
    /// <summary>Appending.</summary>
    Append,
    /// <summary>Reading.</summary>
    Read,
    /// <summary>Cutting.</summary>
    Truncate,
    /// <summary>Syncing a file.</summary>
    Sync,
}

/// <summary>A store whose n-th call of an operation fails; before and after that it is the store it wraps.</summary>
public sealed class FaultyStore(IStore inner) : IStore
{
    private readonly Dictionary<StoreOperation, Fault> _faults = [];
    private int _callsLeft = int.MaxValue;

    /// <inheritdoc/>
    public Guid RootId => inner.RootId;

    /// <summary>How many calls were made that change the disk or make it durable.</summary>
    public int Changes { get; private set; }

    /// <summary>Called with the path when a sync of a file fails.</summary>
    public Action<string>? SyncFailed { get; set; }

    /// <summary>Whether the process has died, see <see cref="DieAfter"/>.</summary>
    public bool IsDead => _callsLeft < 0;

    /// <summary>Lets the n-th call from now fail, and <paramref name="times"/> - 1 after it.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="nth">1 for the next.</param>
    /// <param name="error">Such as EIO.</param>
    /// <param name="times">How many in a row.</param>
    /// <param name="bytesFirst">For an append: how many bytes are written before it fails.</param>
    public void Fail(StoreOperation operation, int nth = 1, string error = "EIO", int times = 1, int bytesFirst = 0) =>
        _faults[operation] = new Fault(error, bytesFirst) { Before = nth - 1, Left = times };

    /// <summary>The process dies: from the call after the next <paramref name="changes"/> changes on, each call throws.</summary>
    public void DieAfter(int changes) => _callsLeft = changes;

    /// <summary>No fault any more.</summary>
    public void Heal()
    {
        _faults.Clear();
        _callsLeft = int.MaxValue;
    }

    /// <inheritdoc/>
    public IStoreFile? TryCreate(string path)
    {
        Check(StoreOperation.Create, path);
        return inner.TryCreate(path) is { } file ? new FaultyFile(this, file) : null;
    }

    /// <inheritdoc/>
    public IStoreFile? TryOpen(string path, bool readOnly = false)
    {
        Check(StoreOperation.Open, path);
        return inner.TryOpen(path, readOnly) is { } file ? new FaultyFile(this, file) : null;
    }

    /// <inheritdoc/>
    public FileStatus? Status(string path)
    {
        Check(StoreOperation.Status, path);
        return inner.Status(path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        Check(StoreOperation.List, directory);
        return inner.List(directory);
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        Check(StoreOperation.Rename, path);
        inner.Rename(path, newPath);
    }

    /// <inheritdoc/>
    public bool Delete(string path)
    {
        Check(StoreOperation.Delete, path);
        return inner.Delete(path);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        Check(StoreOperation.SyncDirectory, directory);
        inner.SyncDirectory(directory);
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private void Check(StoreOperation operation, string path, Action<int>? writeFirst = null)
    {
        if (operation is not (StoreOperation.Open or StoreOperation.Status or StoreOperation.List or StoreOperation.Read))
        {
            Changes++;
            _callsLeft--;
        }

        if (_callsLeft < 0)
        {
            throw new StorageException(operation.ToString(), path, "EIO", "the process is dead");
        }

        if (FaultNow(operation) is { } fault)
        {
            writeFirst?.Invoke(fault.BytesFirst);
            if (operation == StoreOperation.Sync)
            {
                SyncFailed?.Invoke(path);
            }

            throw new StorageException(operation.ToString(), path, fault.Error);
        }
    }

    private Fault? FaultNow(StoreOperation operation)
    {
        if (!_faults.TryGetValue(operation, out var fault) || fault.Before-- > 0)
        {
            return null;
        }

        if (--fault.Left == 0)
        {
            _faults.Remove(operation);
        }

        return fault;
    }

    private sealed record Fault(string Error, int BytesFirst)
    {
        internal int Before { get; set; }

        internal int Left { get; set; }
    }

    private sealed class FaultyFile(FaultyStore store, IStoreFile inner) : IStoreFile
    {
        public string Path => inner.Path;

        public FileStatus Status() => inner.Status();

        public void Append(ReadOnlySpan<byte> bytes)
        {
            var all = bytes.ToArray();
            store.Check(StoreOperation.Append, Path, first => inner.Append(all.AsSpan(0, Math.Min(first, all.Length))));
            inner.Append(bytes);
        }

        public int ReadAt(long offset, Span<byte> destination)
        {
            store.Check(StoreOperation.Read, Path);
            return inner.ReadAt(offset, destination);
        }

        public void Truncate(long length)
        {
            store.Check(StoreOperation.Truncate, Path);
            inner.Truncate(length);
        }

        public void Sync()
        {
            store.Check(StoreOperation.Sync, Path);
            inner.Sync();
        }

        public void Dispose() => inner.Dispose();
    }
}
