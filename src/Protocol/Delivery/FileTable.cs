namespace ActorLog.Protocol.Delivery;

/// <summary>A file that the partition may append to, cut and rename; any other file is somebody else's.</summary>
/// <param name="Opened">Which file it is.</param>
/// <param name="Length">The committed length, bytes: what lies beyond is cut at recovery and written again.</param>
/// <param name="TailChecksum">Checksum of the last 64 KiB before <paramref name="Length"/>; null before the first
/// checkpoint.</param>
/// <param name="SealedAs">The final name once it is sealed: no byte comes any more.</param>
/// <param name="SealedThrough">The sequence number through which the sealing checkpoint goes; 0 while active.</param>
public sealed record FileEntry(
    FileOpened Opened, long Length, ulong? TailChecksum, string? SealedAs, long SealedThrough)
{
    /// <summary>
    /// The number of the event that opened it: the files of a path hold their lines in this order, whoever wrote them. 0 where
    /// an older program opened it.
    /// </summary>
    public long OpenedAt { get; init; }

    /// <summary>
    /// Whether another root has owned the partition since: that one's lines come behind those of this file, so nothing is
    /// appended to it any more.
    /// </summary>
    public bool IsClosed { get; init; }
}

/// <summary>The files of a partition, by number. Pure; filled by events only.</summary>
public sealed class FileTable
{
    private readonly SortedDictionary<long, FileEntry> _entries = [];
    private readonly List<string> _faults = [];

    /// <summary>An empty table.</summary>
    public FileTable()
    {
    }

    internal FileTable(IEnumerable<FileEntry> entries, long nextNumber)
    {
        foreach (var entry in entries)
        {
            _entries.Add(entry.Opened.FileNumber, entry);
        }

        NextNumber = nextNumber;
    }

    /// <summary>The number that the next <see cref="FileOpened"/> takes; rises only by events.</summary>
    public long NextNumber { get; private set; } = 1;

    /// <summary>All files, in the order of their numbers.</summary>
    public IReadOnlyCollection<FileEntry> Entries => _entries.Values;

    /// <summary>What events said that cannot be: never in a sound journal, so an alarm.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>A file by its number; null when it is not, or no longer, in the table.</summary>
    public FileEntry? Find(long fileNumber) => _entries.GetValueOrDefault(fileNumber);

    /// <summary>The file that is appended to under a path; null when one must be opened.</summary>
    public FileEntry? ActiveOf(string rootId, string path) =>
        _entries.Values.LastOrDefault(e => e.SealedAs is null && e.Opened.RootId == rootId && e.Opened.Path == path);

    /// <summary>Sealed files of a root: rename, then name them as retired in a later checkpoint.</summary>
    public IEnumerable<FileEntry> SealedIn(string rootId) =>
        _entries.Values.Where(e => e.SealedAs is not null && e.Opened.RootId == rootId);

    internal void Apply(Owned e)
    {
        var earlier = _entries.Values.Where(f => f.Opened.RootId != e.RootId && f.SealedAs is null).ToArray();
        foreach (var entry in earlier)
        {
            _entries[entry.Opened.FileNumber] = entry with { IsClosed = true };
        }
    }

    internal void Apply(FileOpened e, long sequenceNr)
    {
        NextNumber = Math.Max(NextNumber, e.FileNumber + 1);
        EndFormer(e);
        if (!_entries.TryAdd(e.FileNumber, new FileEntry(e, e.BaseLength, null, null, 0) { OpenedAt = sequenceNr }))
        {
            _faults.Add($"file {e.FileNumber} was opened twice: {e.Path}");
        }
    }

    // A file that is opened under the path and inode of another entry: the other is gone, and its inode was given out
    // again. Recovery must not take the new file for the old one, and cut it to what was committed of that.
    private void EndFormer(FileOpened e)
    {
        foreach (var (number, entry) in _entries)
        {
            if (number != e.FileNumber && entry.Opened.Inode == e.Inode
                && entry.Opened.RootId == e.RootId && entry.Opened.Path == e.Path)
            {
                _entries.Remove(number);
                return;
            }
        }
    }

    internal void Apply(Checkpointed e)
    {
        foreach (var commit in e.Files)
        {
            if (!_entries.TryGetValue(commit.FileNumber, out var entry))
            {
                _faults.Add($"checkpoint through {e.Through} names file {commit.FileNumber},"
                    + " which is not in the table");
                continue;
            }

            if (commit.Length < entry.Length || (entry.SealedAs is not null && commit.Length != entry.Length))
            {
                _faults.Add($"checkpoint through {e.Through}: file {commit.FileNumber} has {commit.Length} bytes"
                    + $" after {entry.Length}");
            }

            _entries[commit.FileNumber] = entry with
            {
                Length = commit.Length,
                TailChecksum = commit.TailChecksum,
                SealedAs = entry.SealedAs ?? commit.SealedAs,
                SealedThrough = entry.SealedAs is null && commit.SealedAs is not null ? e.Through : entry.SealedThrough,
            };
        }

        foreach (var number in e.Retired)
        {
            _entries.Remove(number);
        }
    }
}
