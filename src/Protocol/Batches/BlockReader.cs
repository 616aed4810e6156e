using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// Reads blocks, from a disk or from a stranger. A damaged or hostile one is an error with its reason: never an
/// exception, never an allocation beyond the limits, never a wrong record. Any thread.
/// </summary>
public static class BlockReader
{
    /// <summary>
    /// Checks header, length, limits, checksum, host table and slot, and inflates nothing: what a gateway and a spool need.
    /// </summary>
    public static bool TryCheck(
        ReadOnlySpan<byte> block, in BlockLimits limits, out BlockHeader header, out BlockError error)
    {
        if (!BlockHeader.TryRead(block, out header, out error))
        {
            return false;
        }

        error = CheckWhole(block, limits, header);
        return error.Kind == BlockErrorKind.None;
    }

    /// <summary>Reads a block whole, every record checked.</summary>
    /// <param name="block">Exactly one block.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="batch">The records; the caller's, to be released once.</param>
    /// <param name="error">Why not.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> block, in BlockLimits limits, [NotNullWhen(true)] out RecordBatch? batch, out BlockError error)
    {
        batch = null;
        if (!TryCheck(block, limits, out var header, out error))
        {
            return false;
        }

        var read = new RecordBatch(header.RawBytes) { BaseTicks = header.BaseTicks };
        error = Fill(read, block, header);
        if (error.Kind != BlockErrorKind.None)
        {
            read.Dispose();
            return false;
        }

        batch = read;
        return true;
    }

    private static BlockError CheckWhole(ReadOnlySpan<byte> block, in BlockLimits limits, in BlockHeader header)
    {
        if (header.TotalBytes > limits.BlockBytesMax || header.RawBytes > limits.RawBytesMax)
        {
            return new(BlockErrorKind.TooLarge, BlockFormat.RawBytesAt,
                $"{header.TotalBytes} bytes, {header.RawBytes} inflated");
        }

        if (header.TotalBytes != block.Length)
        {
            return new(BlockErrorKind.BadLength, block.Length, $"{block.Length} bytes where {header.TotalBytes} are said");
        }

        if (Crc32C.Of(block[BlockFormat.HeaderBytes..]) != header.Checksum)
        {
            return new(BlockErrorKind.BadChecksum, BlockFormat.ChecksumAt, "host table or body is damaged");
        }

        if (header.Compression == BlockCompression.Zstd && !BodyCompression.HasZstd)
        {
            return new(BlockErrorKind.UnknownCompression, BlockFormat.CompressionAt, "the zstd library cannot be loaded");
        }

        var hosts = header.HostsOf(block);
        while (hosts.MoveNext())
        {
            if (SlotHash.Of(hosts.Current, header.Slots) != header.Slot)
            {
                return new(BlockErrorKind.WrongSlot, BlockFormat.HeaderBytes + hosts.Walked, "a host of another slot");
            }
        }

        return hosts.IsWhole
            ? default
            : new(BlockErrorKind.BadHosts, BlockFormat.HeaderBytes + hosts.Walked, "the names do not fit the table");
    }

    private static BlockError Fill(RecordBatch batch, ReadOnlySpan<byte> block, in BlockHeader header)
    {
        foreach (var host in header.HostsOf(block))
        {
            if (batch.Hosts.IndexOf(host) != batch.Hosts.Count - 1)
            {
                return new(BlockErrorKind.BadHosts, BlockFormat.HeaderBytes, "a host stands in the table twice");
            }
        }

        if (batch.Hosts.Count != header.Hosts)
        {
            return new(BlockErrorKind.BadHosts, BlockFormat.HeaderBytes, "a host stands in the table twice");
        }

        var bodyAt = BlockFormat.HeaderBytes + header.HostTableBytes;
        if (!BodyCompression.TryInflate(
            header.Compression, block[bodyAt..], batch.Memory.AsSpan(0, header.RawBytes)))
        {
            return new(BlockErrorKind.BadBody, bodyAt, $"does not inflate to {header.RawBytes} bytes");
        }

        batch.Length = header.RawBytes;
        return CheckRecords(batch, header.Records);
    }

    private static BlockError CheckRecords(RecordBatch batch, int promised)
    {
        var body = batch.Bytes;
        var at = 0;
        while (at < body.Length)
        {
            var left = body.Length - at;
            var length = left < LogRecord.HeaderBytes ? 0 : BinaryPrimitives.ReadInt32LittleEndian(body[at..]);
            if (length < LogRecord.HeaderBytes || length > left)
            {
                return new(BlockErrorKind.BadRecord, at, $"a record of {length} bytes where {left} are left");
            }

            var record = new LogRecord(body.Slice(at, length), batch);
            if (!record.IsSound || !IsTime(record.ReceivedTicks) || !IsTime(record.TimestampTicks))
            {
                return new(BlockErrorKind.BadRecord, at, "a record whose fields do not fit");
            }

            at += length;
            batch.Count++;
        }

        return batch.Count == promised
            ? default
            : new(BlockErrorKind.BadRecord, at, $"{batch.Count} records where {promised} are said");
    }

    // A time that is none would throw where a line is rendered: behind the ack, where nothing may.
    private static bool IsTime(long ticks) => (ulong)ticks <= (ulong)DateTime.MaxValue.Ticks;
}
