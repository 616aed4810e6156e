using System.Buffers;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>Mends the end of a file whose writer was stopped within a line: only the tail is read.</summary>
internal static class TornTail
{
    /// <summary>How far back a line's end is looked for; a file without one in there is no torn line of ours.</summary>
    internal const int SearchBytesMax = 4 * 1024 * 1024;

    private const int BlockBytes = 64 * 1024;

    /// <summary>Cuts a file behind its last LF. Where none is near, an LF is appended instead and nothing is cut.</summary>
    /// <returns>The file's length afterwards.</returns>
    internal static long Cut(IStoreFile file)
    {
        var length = file.Status().Length;
        var end = length;
        var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            while (end > 0 && length - end < SearchBytesMax)
            {
                var start = Math.Max(end - BlockBytes, 0);
                var block = buffer.AsSpan(0, (int)(end - start));
                var read = file.ReadAt(start, block);
                var at = block[..read].LastIndexOf((byte)'\n');
                if (at >= 0)
                {
                    return CutTo(file, start + at + 1, length);
                }

                end = start;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (end == 0)
        {
            return CutTo(file, 0, length);
        }

        file.Append("\n"u8);
        return length + 1;
    }

    private static long CutTo(IStoreFile file, long end, long length)
    {
        if (end < length)
        {
            file.Truncate(end);
        }

        return end;
    }
}
