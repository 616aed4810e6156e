using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// The checksum of the end of a growing file, without reading it again. A file is seen as blocks of 64 KiB: the checksum
/// covers the block in which the length lies, up to it, and the whole block before that; so at least the last 64 KiB.
/// </summary>
internal sealed class TailHash
{
    internal const int BlockBytes = 64 * 1024;

    private readonly XxHash3 _current = new();
    private ulong _previous;

    internal long Length { get; private set; }

    internal ulong Value
    {
        get
        {
            Span<byte> both = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(both, _previous);
            BinaryPrimitives.WriteUInt64LittleEndian(both[8..], _current.GetCurrentHashAsUInt64());
            return XxHash3.HashToUInt64(both, Length);
        }
    }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var room = BlockBytes - (int)(Length % BlockBytes);
            var part = bytes[..Math.Min(room, bytes.Length)];
            _current.Append(part);
            Length += part.Length;
            bytes = bytes[part.Length..];
            if (Length % BlockBytes == 0)
            {
                _previous = _current.GetCurrentHashAsUInt64();
                _current.Reset();
            }
        }
    }

    /// <summary>Reads the end of a file's first <paramref name="length"/> bytes; null when the file is shorter.</summary>
    internal static TailHash? Read(IStoreFile file, long length)
    {
        var start = Math.Max((length / BlockBytes) - 1, 0) * BlockBytes;
        var checksum = new TailHash { Length = start };
        var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            while (checksum.Length < length)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(BlockBytes, length - checksum.Length));
                if (file.ReadAt(checksum.Length, part) < part.Length)
                {
                    return null;
                }

                checksum.Append(part);
            }

            return checksum;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
