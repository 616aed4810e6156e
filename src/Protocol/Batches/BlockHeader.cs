using static System.Buffers.Binary.BinaryPrimitives;

namespace ActorLog.Protocol.Batches;

/// <summary>The fixed part of a block, read and checked for itself; see <see cref="BlockFormat"/>.</summary>
public readonly record struct BlockHeader
{
    /// <summary>How the body is stored.</summary>
    public BlockCompression Compression { get; private init; }

    /// <summary>The slot that all its hosts belong to.</summary>
    public int Slot { get; private init; }

    /// <summary>Into how many slots its edge divides the hosts.</summary>
    public int Slots { get; private init; }

    /// <summary>How many records it holds.</summary>
    public int Records { get; private init; }

    /// <summary>Bytes of the body, inflated.</summary>
    public int RawBytes { get; private init; }

    /// <summary>Bytes of the body as it stands in the block.</summary>
    public int StoredBytes { get; private init; }

    /// <summary>Bytes of the host table.</summary>
    public int HostTableBytes { get; private init; }

    /// <summary>How many hosts the table names.</summary>
    public int Hosts { get; private init; }

    /// <summary>What the records' times of receipt are counted from, UTC ticks of 100 ns.</summary>
    public long BaseTicks { get; private init; }

    /// <summary>Records of the block's origin before it.</summary>
    public long FirstOrdinal { get; private init; }

    /// <summary>Bytes of the whole block.</summary>
    public int TotalBytes => BlockFormat.HeaderBytes + HostTableBytes + StoredBytes;

    internal uint Checksum { get; private init; }

    /// <summary>
    /// The hosts of the block that this is the header of; the block must have passed <see cref="BlockReader"/>.
    /// </summary>
    public BlockHosts HostsOf(ReadOnlySpan<byte> block) =>
        new(block.Slice(BlockFormat.HeaderBytes, HostTableBytes), Hosts);

    /// <summary>Reads the header alone; the rest of the block need not be there, and is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, out BlockHeader header, out BlockError error)
    {
        header = default;
        error = CheckFraming(block);
        if (error.Kind != BlockErrorKind.None)
        {
            return false;
        }

        var raw = ReadUInt32LittleEndian(block[BlockFormat.RawBytesAt..]);
        var stored = ReadUInt32LittleEndian(block[BlockFormat.StoredBytesAt..]);
        var table = ReadUInt32LittleEndian(block[BlockFormat.HostTableBytesAt..]);
        var records = ReadUInt32LittleEndian(block[BlockFormat.RecordsAt..]);
        if (raw > int.MaxValue || (long)stored + table + BlockFormat.HeaderBytes > int.MaxValue)
        {
            error = new(BlockErrorKind.TooLarge, BlockFormat.RawBytesAt, $"{raw} raw, {stored} stored bytes");
            return false;
        }

        header = new BlockHeader
        {
            Compression = (BlockCompression)block[BlockFormat.CompressionAt],
            Slot = ReadUInt16LittleEndian(block[BlockFormat.SlotAt..]),
            Slots = ReadUInt16LittleEndian(block[BlockFormat.SlotsAt..]),
            Records = (int)Math.Min(records, int.MaxValue),
            RawBytes = (int)raw,
            StoredBytes = (int)stored,
            HostTableBytes = (int)table,
            Hosts = ReadUInt16LittleEndian(block[BlockFormat.HostsAt..]),
            BaseTicks = ReadInt64LittleEndian(block[BlockFormat.BaseTicksAt..]),
            FirstOrdinal = ReadInt64LittleEndian(block[BlockFormat.OrdinalAt..]),
            Checksum = ReadUInt32LittleEndian(block[BlockFormat.ChecksumAt..]),
        };
        error = header.CheckValues();
        return error.Kind == BlockErrorKind.None;
    }

    private static BlockError CheckFraming(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockFormat.HeaderBytes)
        {
            return new(BlockErrorKind.BadLength, block.Length, "shorter than a header");
        }

        if (ReadUInt32LittleEndian(block) != BlockFormat.Magic)
        {
            return new(BlockErrorKind.BadMagic, 0, "not a block");
        }

        if (Crc32C.Of(block[..BlockFormat.HeaderChecksumAt])
            != ReadUInt32LittleEndian(block[BlockFormat.HeaderChecksumAt..]))
        {
            return new(BlockErrorKind.BadHeaderChecksum, BlockFormat.HeaderChecksumAt, "the header is damaged");
        }

        if (block[BlockFormat.VersionAt] != BlockFormat.Version)
        {
            return new(BlockErrorKind.BadVersion, BlockFormat.VersionAt, $"version {block[BlockFormat.VersionAt]} of the block, this program reads {BlockFormat.Version}");
        }

        // What is reserved must be zero: a later writer that gives it a meaning is refused, not misread.
        return ReadUInt16LittleEndian(block[BlockFormat.ReservedAt..]) != 0
            || ReadUInt16LittleEndian(block[BlockFormat.FlagsAt..]) != 0
            || ReadUInt64LittleEndian(block[BlockFormat.Reserved2At..]) != 0
            ? new(BlockErrorKind.BadHeader, BlockFormat.ReservedAt, "a reserved field is set")
            : default;
    }

    private BlockError CheckValues()
    {
        if (Compression > BlockCompression.Brotli)
        {
            return new(
                BlockErrorKind.UnknownCompression, BlockFormat.CompressionAt, $"compression {(byte)Compression}");
        }

        if (Slots == 0 || Slot >= Slots)
        {
            return new(BlockErrorKind.BadHeader, BlockFormat.SlotAt, $"slot {Slot} of {Slots}");
        }

        if (Records == 0 || (long)Records * LogRecord.HeaderBytes > RawBytes)
        {
            return new(BlockErrorKind.BadHeader, BlockFormat.RecordsAt, $"{Records} records in {RawBytes} bytes");
        }

        if (Hosts is 0 or > HostTable.HostsMax || HostTableBytes < Hosts
            || HostTableBytes > Hosts * (HostTable.NameBytesMax + 1))
        {
            return new(BlockErrorKind.BadHosts, BlockFormat.HostsAt, $"{Hosts} hosts in {HostTableBytes} bytes");
        }

        if (Compression == BlockCompression.None ? StoredBytes != RawBytes : StoredBytes is 0)
        {
            return new(BlockErrorKind.BadHeader, BlockFormat.StoredBytesAt, $"{StoredBytes} stored, {RawBytes} raw");
        }

        return BaseTicks < 0 || BaseTicks > DateTime.MaxValue.Ticks || FirstOrdinal < 0
            ? new(BlockErrorKind.BadHeader, BlockFormat.BaseTicksAt, "base ticks or first ordinal out of range")
            : default;
    }
}
