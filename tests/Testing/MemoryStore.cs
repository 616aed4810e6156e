using ActorLog.Sinks.Storage;

namespace ActorLog.Testing;

/// <summary>
/// A disk in memory that remembers what is durable: content since a file's last sync and entries since a directory's last
/// sync are lost by <see cref="Crash"/>. New directories are durable at once, as the seam promises. Not for two threads.
/// </summary>
/// <param name="time">By which files are dated.</param>
/// <param name="reusesInodes">Whether a new file gets the lowest inode that no file has, as file systems do.</param>
public sealed class MemoryStore(TimeProvider? time = null, bool reusesInodes = false) : IStore
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<string, Node> _durable = new(StringComparer.Ordinal);
    private Dictionary<string, Node> _entries = new(StringComparer.Ordinal);
    private readonly List<Node> _open = [];
    private int _life;
    private ulong _inodes;

    /// <inheritdoc/>
    public Guid RootId { get; } = Guid.NewGuid();

    /// <summary>The paths of all files.</summary>
    public IReadOnlyCollection<string> Paths => _entries.Keys;

    /// <summary>How many handles are open: a test may ask for leaks.</summary>
    public int OpenHandles { get; private set; }

    /// <summary>
    /// The power fails: what was not synced is gone, open handles are dead. Of bytes that were appended and not synced
    /// a part may have reached the disk.
    /// </summary>
    /// <param name="torn">How many of a file's unsynced bytes stay; none when null. The disk may also keep all entries.</param>
    /// <param name="keepEntries">Whether unsynced creations, renames and deletions had reached the disk.</param>
    public void Crash(Func<long, long>? torn = null, bool keepEntries = false)
    {
        _life++;
        OpenHandles = 0;
        _open.Clear();
        if (!keepEntries)
        {
            _entries = new Dictionary<string, Node>(_durable, StringComparer.Ordinal);
        }

        foreach (var node in _entries.Values.Distinct())
        {
            node.Crash(torn);
        }

        foreach (var (path, node) in _entries)
        {
            _durable[path] = node;
        }

        foreach (var gone in _durable.Keys.Except(_entries.Keys).ToArray())
        {
            _durable.Remove(gone);
        }
    }

    /// <summary>
    /// A sync of a file has failed: the system forgets that what was not synced is dirty. It can still be read, and no
    /// later sync writes it, unless it is written again.
    /// </summary>
    public void ForgetDirtyPages(string path)
    {
        if (_entries.TryGetValue(path, out var node))
        {
            node.ForgetDirtyPages();
        }
    }

    /// <inheritdoc/>
    public IStoreFile? TryCreate(string path)
    {
        StorePath.Check(path);
        if (_entries.ContainsKey(path))
        {
            return null;
        }

        var node = new Node(NextInode(), _time.GetUtcNow());
        _entries.Add(path, node);
        return new MemoryFile(this, node, path, readOnly: false);
    }

    /// <inheritdoc/>
    public IStoreFile? TryOpen(string path, bool readOnly = false)
    {
        StorePath.Check(path);
        return _entries.TryGetValue(path, out var node) ? new MemoryFile(this, node, path, readOnly) : null;
    }

    /// <inheritdoc/>
    public FileStatus? Status(string path)
    {
        StorePath.Check(path);
        if (_entries.TryGetValue(path, out var node))
        {
            return node.Status();
        }

        return _entries.Keys.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal))
            ? new FileStatus(default, FileKind.Directory, 0, default)
            : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        var prefix = directory.Length == 0 ? "" : directory + "/";
        return [.. _entries.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..].Split('/')[0])
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        StorePath.Check(path);
        StorePath.Check(newPath);
        if (!_entries.TryGetValue(path, out var node))
        {
            throw new StorageException("rename", path, "ENOENT");
        }

        if (!_entries.TryAdd(newPath, node))
        {
            throw new StorageException("rename", newPath, "EEXIST");
        }

        _entries.Remove(path);
    }

    /// <inheritdoc/>
    public bool Delete(string path)
    {
        StorePath.Check(path);
        return _entries.Remove(path);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        foreach (var gone in _durable.Keys.Where(path => StorePath.DirectoryOf(path) == directory).ToArray())
        {
            _durable.Remove(gone);
        }

        foreach (var (path, node) in _entries.Where(entry => StorePath.DirectoryOf(entry.Key) == directory))
        {
            _durable.Add(path, node);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => OpenHandles = 0;

    private ulong NextInode()
    {
        if (!reusesInodes)
        {
            return ++_inodes;
        }

        var inode = 1UL;
        while (IsUsed(_entries, inode) || IsUsed(_durable, inode) || _open.Exists(node => node.Inode == inode))
        {
            inode++;
        }

        return inode;
    }

    private static bool IsUsed(Dictionary<string, Node> entries, ulong inode)
    {
        foreach (var node in entries.Values)
        {
            if (node.Inode == inode)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A file's content, now and durable; its names are the store's.</summary>
    private sealed class Node(ulong inode, DateTimeOffset modified)
    {
        private readonly List<(long From, long To)> _forgotten = [];
        private byte[] _bytes = [];
        private byte[] _durable = [];
        private long _dirtyFrom;

        internal ulong Inode { get; } = inode;

        internal long Length { get; private set; }

        internal DateTimeOffset Modified { get; set; } = modified;

        internal ReadOnlySpan<byte> Content => _bytes.AsSpan(0, (int)Length);

        internal FileStatus Status() => new(new FileIdentity(1, Inode), FileKind.File, Length, Modified);

        internal void Append(ReadOnlySpan<byte> bytes)
        {
            if (Length + bytes.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, (int)Math.Max(_bytes.Length * 2, Length + bytes.Length));
            }

            bytes.CopyTo(_bytes.AsSpan((int)Length));
            Length += bytes.Length;
        }

        internal void Truncate(long length)
        {
            Length = length;
            _dirtyFrom = Math.Min(_dirtyFrom, length);
            for (var i = _forgotten.Count - 1; i >= 0; i--)
            {
                var (from, to) = _forgotten[i];
                _forgotten[i] = (Math.Min(from, length), Math.Min(to, length));
            }
        }

        internal void Sync()
        {
            _durable = Content.ToArray();
            _dirtyFrom = Length;
            foreach (var (from, to) in _forgotten)
            {
                _durable.AsSpan((int)from, (int)(to - from)).Clear();
            }
        }

        internal void ForgetDirtyPages()
        {
            _forgotten.Add((_dirtyFrom, Length));
            _dirtyFrom = Length;
        }

        internal void Crash(Func<long, long>? torn)
        {
            var unsynced = Content.StartsWith(_durable) ? Content[_durable.Length..] : [];
            var kept = torn is null ? 0 : (int)Math.Clamp(torn(unsynced.Length), 0, unsynced.Length);
            _durable = _bytes = [.. _durable, .. unsynced[..kept]];
            Length = _dirtyFrom = _bytes.Length;
            foreach (var (from, to) in _forgotten)
            {
                _bytes.AsSpan((int)Math.Min(from, Length), (int)(Math.Min(to, Length) - Math.Min(from, Length))).Clear();
            }

            _forgotten.Clear();
        }
    }

    private sealed class MemoryFile : IStoreFile
    {
        private readonly MemoryStore _store;
        private readonly Node _node;
        private readonly bool _readOnly;
        private readonly int _life;
        private bool _disposed;

        internal MemoryFile(MemoryStore store, Node node, string path, bool readOnly)
        {
            _store = store;
            _node = node;
            _readOnly = readOnly;
            _life = store._life;
            Path = path;
            store.OpenHandles++;
            store._open.Add(node);
        }

        public string Path { get; }

        public FileStatus Status() => Alive("status").Status();

        public void Append(ReadOnlySpan<byte> bytes)
        {
            var node = Alive("append");
            ObjectDisposedException.ThrowIf(_readOnly, this);
            node.Append(bytes);
            node.Modified = _store._time.GetUtcNow();
        }

        public int ReadAt(long offset, Span<byte> destination)
        {
            var content = Alive("read").Content;
            var part = content[(int)Math.Min(offset, content.Length)..];
            part = part[..Math.Min(part.Length, destination.Length)];
            part.CopyTo(destination);
            return part.Length;
        }

        public void Truncate(long length)
        {
            var node = Alive("truncate");
            if (length < 0 || length > node.Length)
            {
                throw new StorageException("truncate", Path, "EINVAL");
            }

            node.Truncate(length);
            node.Modified = _store._time.GetUtcNow();
        }

        public void Sync() => Alive("sync").Sync();

        public void Dispose()
        {
            if (!_disposed && _life == _store._life)
            {
                _store.OpenHandles--;
                _store._open.Remove(_node);
            }

            _disposed = true;
        }

        private Node Alive(string operation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _life == _store._life ? _node : throw new StorageException(operation, Path, "EBADF", "the machine is down");
        }
    }
}
