using static System.Buffers.Binary.BinaryPrimitives;

namespace ActorLog.Node.Storage;

/// <summary>The pages of a database with its write-ahead log laid over them, without SQLite and without touching the files.</summary>
internal sealed class DatabaseImage : IDisposable
{
    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    private static ReadOnlySpan<byte> FixedNumbers => [64, 32, 32];

    private readonly FileStream? _file;
    private readonly FileStream? _wal;
    private readonly Dictionary<uint, long> _logged = [];

    private DatabaseImage(FileStream? file, FileStream? wal, WalFile log, int pageBytes)
    {
        _file = file;
        _wal = wal;
        PageBytes = pageBytes;
        foreach (var (page, offset) in log.PageBytes == pageBytes ? log.Frames : [])
        {
            _logged[page] = offset;
        }

        var inFile = ((_file?.Length ?? 0) + pageBytes - 1) / pageBytes;
        Pages = (uint)Math.Min(Math.Max(inFile, log.Pages), uint.MaxValue - 1);
    }

    /// <summary>Bytes of a page: by the header, or the log's, or what this program makes.</summary>
    public int PageBytes { get; }

    /// <summary>How many pages there are.</summary>
    public uint Pages { get; }

    /// <summary>Opens a database that no process writes to.</summary>
    public static DatabaseImage Open(string path)
    {
        var log = WalFile.Read(path + "-wal");
        var file = File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : null;
        var wal = File.Exists(path + "-wal") ? new FileStream(path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : null;
        return new(file, wal, log, PageBytesOf(file) ?? (log.PageBytes > 0 ? log.PageBytes : PageSize.Default));
    }

    /// <summary>Reads a page, numbered from 1; what lies behind the file's end is zeros.</summary>
    public void Read(uint number, Span<byte> page)
    {
        var (from, offset) = _logged.TryGetValue(number, out var at) ? (_wal, at) : (_file, (number - 1L) * PageBytes);
        var read = from is null ? 0 : RandomAccess.Read(from.SafeFileHandle, page, offset);
        for (var more = read; more > 0 && read < page.Length; read += more)
        {
            more = RandomAccess.Read(from!.SafeFileHandle, page[read..], offset + read);
        }

        page[read..].Clear();
    }

    /// <summary>What its program has marked it with (user_version); null when the header is not whole.</summary>
    public int? UserVersion()
    {
        var page = new byte[PageBytes];
        Read(1, page);
        // SQLite's fixed numbers stand before it, and its zeros behind.
        return page.AsSpan().StartsWith(Magic) && page.AsSpan(21, 3).SequenceEqual(FixedNumbers) && !page.AsSpan(72, 20).ContainsAnyExcept((byte)0)
            ? ReadInt32BigEndian(page.AsSpan(60)) : null;
    }

    /// <summary>The pages that the database has put by for use again, as far as their list can be read.</summary>
    public HashSet<uint> FreePages()
    {
        var free = new HashSet<uint>();
        var page = new byte[PageBytes];
        Read(1, page);
        if (!page.AsSpan().StartsWith(Magic))
        {
            return free;
        }

        for (var trunk = ReadUInt32BigEndian(page.AsSpan(32)); trunk > 0 && trunk <= Pages && free.Add(trunk);)
        {
            Read(trunk, page);
            var leaves = Math.Min(ReadUInt32BigEndian(page.AsSpan(4)), (uint)((PageBytes / 4) - 2));
            for (var i = 0; i < leaves; i++)
            {
                free.Add(ReadUInt32BigEndian(page.AsSpan(8 + (i * 4))));
            }

            trunk = ReadUInt32BigEndian(page);
        }

        return free;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _wal?.Dispose();
    }

    // A file of an earlier version has smaller pages, and its header may be what is damaged: then the pages say it.
    private static int? PageBytesOf(FileStream? file)
    {
        var header = new byte[100];
        if (file is null || RandomAccess.Read(file.SafeFileHandle, header, 0) < header.Length)
        {
            return null;
        }

        var stated = ReadUInt16BigEndian(header.AsSpan(16)) is var size && size == 1 ? 65536 : size;
        if (header.AsSpan().StartsWith(Magic) && PageSize.IsOne(stated))
        {
            return stated;
        }

        // The second page is the root of the first table: a byte that only such a page begins with.
        return RandomAccess.Read(file.SafeFileHandle, header.AsSpan(0, 1), PageSize.Former) == 1 && header[0] is 0x05 or 0x0D
            ? PageSize.Former : null;
    }
}
