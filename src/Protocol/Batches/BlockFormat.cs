using System.Buffers.Binary;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// Where things stand in a block: one batch, of one slot, as bytes. The same bytes are the spool's event, the wire's
/// payload and the aggregator's journal event. All numbers are little-endian.
/// </summary>
/// <remarks>
/// <code>
///  0  "ALB1"             4  u8  version 1          5  u8  compression        6  u16 reserved 0
///  8  u16 slot          10  u16 slots             12  u32 records           16  u32 raw body bytes
/// 20  u32 stored body   24  u32 host table bytes  28  u16 hosts             30  u16 flags 0
/// 32  i64 base ticks    40  u64 first ordinal     48  u64 reserved 0
/// 56  u32 CRC-32C of host table and stored body   60  u32 CRC-32C of bytes 0..59
/// 64  host table: for each host u8 length, bytes; never compressed
///     body: the records of the batch, one behind the other, compressed as byte 5 says
/// </code>
/// docs/protocol.md, "Block", has the same with its reasons.
/// </remarks>
public static class BlockFormat
{
    /// <summary>Bytes of the fixed header.</summary>
    public const int HeaderBytes = 64;

    /// <summary>The version written, and the only one read.</summary>
    public const byte Version = 1;

    internal const uint Magic = 0x31424C41;
    internal const int VersionAt = 4;
    internal const int CompressionAt = 5;
    internal const int ReservedAt = 6;
    internal const int SlotAt = 8;
    internal const int SlotsAt = 10;
    internal const int RecordsAt = 12;
    internal const int RawBytesAt = 16;
    internal const int StoredBytesAt = 20;
    internal const int HostTableBytesAt = 24;
    internal const int HostsAt = 28;
    internal const int FlagsAt = 30;
    internal const int BaseTicksAt = 32;
    internal const int OrdinalAt = 40;
    internal const int Reserved2At = 48;
    internal const int ChecksumAt = 56;
    internal const int HeaderChecksumAt = 60;

    /// <summary>
    /// Writes into a block how many records of its origin came before it, and renews the header's checksum. The spool
    /// does so when it gives the block its number.
    /// </summary>
    /// <param name="block">A whole block with a sound header.</param>
    /// <param name="ordinal">Records of this origin before this block.</param>
    /// <exception cref="ArgumentException">The block is shorter than a header.</exception>
    public static void StampOrdinal(Span<byte> block, long ordinal)
    {
        if (block.Length < HeaderBytes)
        {
            throw new ArgumentException("a block has at least a header", nameof(block));
        }

        BinaryPrimitives.WriteInt64LittleEndian(block[OrdinalAt..], ordinal);
        StampHeaderChecksum(block);
    }

    internal static void StampHeaderChecksum(Span<byte> block) =>
        BinaryPrimitives.WriteUInt32LittleEndian(block[HeaderChecksumAt..], Crc32C.Of(block[..HeaderChecksumAt]));
}
