using static System.Buffers.Binary.BinaryPrimitives;

namespace ActorLog.Node.Storage;

/// <summary>
/// SQLite's write-ahead log as it lies there, read before SQLite does: it takes a log up to the first frame whose checksum
/// is wrong and says nothing of what it left out, which may have been committed.
/// </summary>
/// <param name="State">Whether all of it can be believed.</param>
/// <param name="Frames">Page number and offset of each frame's page, in order, up to the last commit that was found.</param>
/// <param name="Pages">How many pages the database has by the last commit; 0 without one.</param>
/// <param name="PageBytes">Bytes of a page; 0 when that is not known.</param>
internal sealed record WalFile(WalState State, IReadOnlyList<(uint Page, long Offset)> Frames, uint Pages, int PageBytes)
{
    private const int HeaderBytes = 32;
    private const int FrameBytes = 24;
    private const uint Magic = 0x377F0682;

    /// <summary>Reads a log; one that is not there is whole and empty.</summary>
    public static WalFile Read(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.Length == 0)
        {
            return new(WalState.Whole, [], 0, 0);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = new byte[HeaderBytes];
        var isBig = false;
        var sum = (A: 0u, B: 0u);
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            isBig = (ReadUInt32BigEndian(header) & 1) != 0;
            sum = Sum(header.AsSpan(0, 24), isBig, sum);
        }

        var pageBytes = ReadInt32BigEndian(header.AsSpan(8));
        return (ReadUInt32BigEndian(header) & ~1u) != Magic
            || sum != (ReadUInt32BigEndian(header.AsSpan(24)), ReadUInt32BigEndian(header.AsSpan(28)))
            || !PageSize.IsOne(pageBytes)
            ? new(WalState.Damaged, [], 0, 0)
            : ReadFrames(file, header, (isBig, pageBytes), sum);
    }

    // A page that is broken in the middle is left out, and those behind it are taken: they were written after it.
    private static WalFile ReadFrames(FileStream file, byte[] header, (bool IsBig, int PageBytes) form, (uint A, uint B) sum)
    {
        var (isBig, pageBytes) = form;
        var frame = new byte[FrameBytes + pageBytes];
        var frames = new List<(uint, long)>();
        var isTorn = false;
        var (committed, pages, isBroken, isLater) = (0, 0u, false, false);
        var read = 0;
        for (var at = (long)HeaderBytes; (read = file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false)) == frame.Length; at += frame.Length)
        {
            // What an earlier round has left behind has other salts, and nothing of this round comes after it.
            if (!frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8)))
            {
                isBroken = true;
                continue;
            }

            isLater |= isBroken;
            sum = Sum(frame.AsSpan(FrameBytes), isBig, Sum(frame.AsSpan(0, 8), isBig, sum));
            var isSound = sum == (ReadUInt32BigEndian(frame.AsSpan(16)), ReadUInt32BigEndian(frame.AsSpan(20)));
            isTorn |= !isSound;
            isBroken |= !isSound;
            if (isSound || isLater)
            {
                frames.Add((ReadUInt32BigEndian(frame), at + FrameBytes));
            }

            if (ReadUInt32BigEndian(frame.AsSpan(4)) is > 0 and var size)
            {
                (committed, pages) = (frames.Count, size);
            }
        }

        var state = isLater ? WalState.Damaged
            : isTorn || read > 0 || frames.Count > committed ? WalState.TornTail : WalState.Whole;
        return new(state, frames[..committed], pages, pageBytes);
    }

    private static (uint A, uint B) Sum(ReadOnlySpan<byte> bytes, bool isBig, (uint A, uint B) sum)
    {
        var (a, b) = sum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            a += (isBig ? ReadUInt32BigEndian(bytes) : ReadUInt32LittleEndian(bytes)) + b;
            b += (isBig ? ReadUInt32BigEndian(bytes[4..]) : ReadUInt32LittleEndian(bytes[4..])) + a;
        }

        return (a, b);
    }
}

/// <summary>What a write-ahead log looks like.</summary>
internal enum WalState
{
    /// <summary>Nothing is missing that could be.</summary>
    Whole,
    /// <summary>It ends within a write: of a kill, or because its end was lost; which of the two is not known.</summary>
    TornTail,
    /// <summary>Its header is no header, or later frames stand behind one that is broken.</summary>
    Damaged,
}
