using System.Buffers.Binary;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Tests.Batches;

public class BlockDamageTests
{
    public static TheoryData<BlockCompression> Compressions =>
        [BlockCompression.None, BlockCompression.Zstd, BlockCompression.Brotli];

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Each_flip_of_each_byte_is_an_error(BlockCompression compression)
    {
        var block = Sample(compression);
        for (var at = 0; at < block.Length; at++)
        {
            foreach (var flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                var damaged = block.ToArray();
                damaged[at] ^= flip;
                Assert.False(BlockReader.TryRead(damaged, BlockLimits.Default, out var batch, out var error), $"byte {at}");
                Assert.Null(batch);
                Assert.NotEqual(BlockErrorKind.None, error.Kind);
                Assert.NotEmpty(error.Text);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Each_truncation_and_each_extension_is_an_error(BlockCompression compression)
    {
        var block = Sample(compression);
        for (var length = 0; length < block.Length; length++)
        {
            Assert.False(BlockReader.TryRead(block.AsSpan(0, length), BlockLimits.Default, out _, out var error));
            Assert.Equal(BlockErrorKind.BadLength, error.Kind);
        }

        Assert.False(BlockReader.TryRead([.. block, 0], BlockLimits.Default, out _, out var longer));
        Assert.Equal(BlockErrorKind.BadLength, longer.Kind);
    }

    /// <summary>Damage behind right checksums: never an exception, and what is read is sound.</summary>
    [Theory]
    [MemberData(nameof(Compressions))]
    public void Hostile_bytes_with_right_checksums_never_throw(BlockCompression compression)
    {
        var block = Sample(compression);
        for (var at = 4; at < block.Length; at++)
        {
            if (at is >= BlockFormat.ChecksumAt and < BlockFormat.HeaderBytes)
            {
                continue;
            }

            foreach (var value in new byte[] { 0, 1, 0x7F, 0x80, 0xFF })
            {
                var hostile = block.ToArray();
                hostile[at] = value;
                Sign(hostile);
                if (BlockReader.TryRead(hostile, BlockLimits.Default, out var batch, out _))
                {
                    using (batch)
                    {
                        Assert.NotEmpty(BatchSamples.Describe(batch));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(BlockFormat.VersionAt, 1, 2, BlockErrorKind.BadVersion)]
    [InlineData(BlockFormat.CompressionAt, 1, 3, BlockErrorKind.UnknownCompression)]
    [InlineData(BlockFormat.ReservedAt, 2, 1, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.SlotAt, 2, 16, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.SlotsAt, 2, 0, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.RecordsAt, 4, 0, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.RecordsAt, 4, 2, BlockErrorKind.BadRecord)]
    [InlineData(BlockFormat.RecordsAt, 4, -1, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.RawBytesAt, 4, -1, BlockErrorKind.TooLarge)]
    [InlineData(BlockFormat.RawBytesAt, 4, int.MaxValue, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.StoredBytesAt, 4, -1, BlockErrorKind.TooLarge)]
    [InlineData(BlockFormat.HostTableBytesAt, 4, -1, BlockErrorKind.TooLarge)]
    [InlineData(BlockFormat.HostTableBytesAt, 4, 0, BlockErrorKind.BadHosts)]
    [InlineData(BlockFormat.HostsAt, 2, 0, BlockErrorKind.BadHosts)]
    [InlineData(BlockFormat.HostsAt, 2, 4097, BlockErrorKind.BadHosts)]
    [InlineData(BlockFormat.HostsAt, 2, 2, BlockErrorKind.BadHosts)]
    [InlineData(BlockFormat.FlagsAt, 2, 1, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.BaseTicksAt + 4, 4, -1, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.OrdinalAt + 4, 4, -1, BlockErrorKind.BadHeader)]
    [InlineData(BlockFormat.Reserved2At, 2, 1, BlockErrorKind.BadHeader)]
    public void Header_fields_that_lie_are_named(int at, int bytes, int value, BlockErrorKind kind)
    {
        var block = Sample(BlockCompression.None);
        Put(block.AsSpan(at), bytes, value);
        Sign(block);
        Assert.False(BlockReader.TryRead(block, BlockLimits.Default, out _, out var error));
        Assert.Equal(kind, error.Kind);
    }

    [Theory]
    [InlineData(LogRecord.LengthAt, 4, 0)]
    [InlineData(LogRecord.LengthAt, 4, -1)]
    [InlineData(LogRecord.LengthAt, 4, int.MaxValue)]
    [InlineData(LogRecord.LengthAt, 4, 35)]
    [InlineData(LogRecord.LengthAt, 4, 36)]
    [InlineData(LogRecord.PriorityAt, 1, 192)]
    [InlineData(LogRecord.ChannelAt, 1, 4)]
    [InlineData(LogRecord.HostAt, 2, 1)]
    [InlineData(LogRecord.TimestampAt + 4, 4, -1)]
    [InlineData(LogRecord.StructuredDataLengthAt, 2, 65535)]
    [InlineData(LogRecord.ForwardedLengthAt, 2, 500)]
    public void Record_fields_that_lie_are_found(int at, int bytes, int value)
    {
        var block = Sample(BlockCompression.None);
        Assert.True(BlockHeader.TryRead(block, out var header, out _));
        Put(block.AsSpan(BlockFormat.HeaderBytes + header.HostTableBytes + at), bytes, value);
        Sign(block);
        Assert.False(BlockReader.TryRead(block, BlockLimits.Default, out _, out var error));
        Assert.Equal(BlockErrorKind.BadRecord, error.Kind);
        Assert.Equal(0, error.Offset);
    }

    [Fact]
    public void A_host_of_another_slot_is_refused()
    {
        var block = Sample(BlockCompression.None);
        block[BlockFormat.HeaderBytes + 6] = (byte)'9';
        Sign(block);
        Assert.False(BlockReader.TryCheck(block, BlockLimits.Default, out _, out var error));
        Assert.Equal(BlockErrorKind.WrongSlot, error.Kind);
    }

    [Fact]
    public void A_promise_beyond_the_limits_is_refused_before_anything_is_allocated()
    {
        var block = Sample(BlockCompression.Zstd);
        Put(block.AsSpan(BlockFormat.RawBytesAt), 4, 1 << 30);
        Sign(block);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(BlockReader.TryRead(block, BlockLimits.Default, out _, out var error));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 16);
        Assert.Equal(BlockErrorKind.TooLarge, error.Kind);
        Assert.False(BlockReader.TryRead(Sample(BlockCompression.None), new BlockLimits(100, 1 << 20), out _, out error));
        Assert.Equal(BlockErrorKind.TooLarge, error.Kind);
    }

    [Theory]
    [InlineData(BlockCompression.Zstd)]
    [InlineData(BlockCompression.Brotli)]
    public void A_body_that_inflates_to_more_or_less_than_promised_is_refused(BlockCompression compression)
    {
        foreach (var delta in new[] { -1, 1 })
        {
            var block = Sample(compression);
            Assert.True(BlockHeader.TryRead(block, out var header, out _));
            Assert.Equal(compression, header.Compression);
            Put(block.AsSpan(BlockFormat.RawBytesAt), 4, header.RawBytes + delta);
            Sign(block);
            Assert.False(BlockReader.TryRead(block, BlockLimits.Default, out _, out var error));
            Assert.Equal(BlockErrorKind.BadBody, error.Kind);
        }
    }

    /// <summary>One host, one record, long enough to be compressed.</summary>
    private static byte[] Sample(BlockCompression compression)
    {
        using var writer = new BatchWriter();
        var message = BatchSamples.Utf8(string.Concat(Enumerable.Repeat("GET /static/app.js 200 ", 12)));
        var record = new ParsedRecord { Program = "nginx"u8, Message = message };
        Assert.True(writer.TryAppend(record, "host-0"u8, BatchSamples.BaseTicks));
        using var batch = writer.Take()!;
        return Assert.Single(BatchSamples.Blocks(batch, compression, 16));
    }

    private static void Put(Span<byte> at, int bytes, int value)
    {
        Span<byte> all = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(all, value);
        all[..bytes].CopyTo(at);
    }

    private static void Sign(byte[] block)
    {
        var sum = Crc32C.Of(block.AsSpan(BlockFormat.HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(BlockFormat.ChecksumAt), sum);
        BlockFormat.StampHeaderChecksum(block);
    }
}
