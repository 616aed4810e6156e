using System.Text;
using ActorLog.Protocol.Batches;
using CsCheck;

namespace ActorLog.Protocol.Tests.Batches;

public class BlockRoundTripTests
{
    [Theory]
    [InlineData(BlockCompression.None)]
    [InlineData(BlockCompression.Zstd)]
    [InlineData(BlockCompression.Brotli)]
    public void A_batch_comes_back_slot_by_slot_with_each_record_once_and_in_order(BlockCompression compression)
    {
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 60], Gen.Int[1, 12], Gen.Int[1, 20])
            .Sample((seed, records, hosts, slots) =>
            {
                using var batch = BatchSamples.Random(new Random(seed), records, hosts);
                var expected = BatchSamples.Describe(batch).ToLookup(SlotOf(slots));
                var blocks = BatchSamples.Blocks(batch, compression, slots);
                Assert.Equal(expected.Select(g => g.Key).Order(), blocks.Select(SlotOfBlock));
                foreach (var block in blocks)
                {
                    Assert.True(BlockReader.TryRead(block, BlockLimits.Default, out var read, out var error), error.ToString());
                    using (read)
                    {
                        Assert.Equal(expected[SlotOfBlock(block)], BatchSamples.Describe(read));
                    }
                }
            }, iter: 300);
    }

    [Fact]
    public void One_host_makes_one_block_with_the_batch_s_own_bytes()
    {
        using var batch = BatchSamples.Random(new Random(1), 50, 1);
        var block = Assert.Single(BatchSamples.Blocks(batch, BlockCompression.None, 16));
        Assert.True(BlockReader.TryCheck(block, BlockLimits.Default, out var header, out _));
        Assert.Equal(SlotHash.Of("host-0"u8, 16), header.Slot);
        Assert.Equal(50, header.Records);
        Assert.Equal(BatchSamples.BaseTicks, header.BaseTicks);
        Assert.True(block.AsSpan(header.TotalBytes - header.StoredBytes).SequenceEqual(batch.Bytes));
    }

    [Fact]
    public void A_host_without_records_makes_no_block()
    {
        using var writer = new BatchWriter();
        Assert.True(writer.TryAppend(new ParsedRecord { Message = "a"u8 }, "host-0"u8, BatchSamples.BaseTicks));
        // Too far from the batch's base time: refused, yet its host is in the table by then.
        Assert.False(writer.TryAppend(new ParsedRecord { Message = "b"u8 }, "host-9"u8, BatchSamples.BaseTicks * 2));
        using var batch = writer.Take()!;
        foreach (var slots in Enumerable.Range(1, 64))
        {
            var block = Assert.Single(BatchSamples.Blocks(batch, BlockCompression.None, slots));
            Assert.True(BlockReader.TryRead(block, BlockLimits.Default, out var read, out var error), error.ToString());
            Assert.Equal(1, read.Count);
            read.Dispose();
        }
    }

    [Fact]
    public void Hosts_are_listed_without_inflating()
    {
        using var batch = BatchSamples.Random(new Random(7), 200, 5);
        var block = Assert.Single(BatchSamples.Blocks(batch, BlockCompression.Zstd, 1));
        Assert.True(BlockHeader.TryRead(block, out var header, out _));
        var names = new List<string>();
        foreach (var host in header.HostsOf(block))
        {
            names.Add(Encoding.UTF8.GetString(host));
        }

        Assert.Equal(["host-0", "host-1", "host-2", "host-3", "host-4"], names.Order());
    }

    [Fact]
    public void The_ordinal_is_stamped_and_the_block_stays_sound()
    {
        using var batch = BatchSamples.Random(new Random(3), 20, 2);
        var block = BatchSamples.Blocks(batch, BlockCompression.Zstd, 1)[0];
        BlockFormat.StampOrdinal(block, 123_456_789_012);
        Assert.True(BlockReader.TryRead(block, BlockLimits.Default, out var read, out var error), error.ToString());
        read.Dispose();
        Assert.True(BlockHeader.TryRead(block, out var header, out _));
        Assert.Equal(123_456_789_012, header.FirstOrdinal);
    }

    [Fact]
    public void What_does_not_compress_is_stored_and_what_does_is_smaller()
    {
        using var noise = BatchSamples.Random(new Random(5), 1, 1, messageMax: 4000);
        using var writer = new BatchWriter();
        writer.TryAppend(new ParsedRecord { Message = new byte[4000] }, "host-0"u8, BatchSamples.BaseTicks);
        using var zeros = writer.Take()!;
        foreach (var compression in new[] { BlockCompression.Zstd, BlockCompression.Brotli })
        {
            Assert.Equal(BlockCompression.None, Header(BatchSamples.Blocks(noise, compression, 4)[0]).Compression);
            var small = Header(BatchSamples.Blocks(zeros, compression, 4)[0]);
            Assert.Equal(compression, small.Compression);
            Assert.True(small.StoredBytes < 200);
        }
    }

    [Fact]
    public void Without_the_zstd_library_brotli_is_used_and_said()
    {
        using var writer = new BlockWriter(BlockCompression.Zstd, 4, hasZstd: false);
        Assert.Equal(BlockCompression.Brotli, writer.Compression);
        Assert.True(BodyCompression.HasZstd);
    }

    [Fact]
    public void An_empty_batch_makes_no_block()
    {
        using var batch = new RecordBatch(16);
        Assert.Empty(BatchSamples.Blocks(batch, BlockCompression.None, 4));
    }

    [Theory]
    [InlineData("", 16, 2)]
    [InlineData("web-1", 16, 4)]
    [InlineData("web-2", 16, 9)]
    [InlineData("db.example.org", 16, 0)]
    [InlineData("10.0.0.5", 16, 13)]
    [InlineData("web-1", 1, 0)]
    [InlineData("web-1", 65535, 25619)]
    public void The_slot_of_a_host_never_changes(string host, int slots, int slot) =>
        Assert.Equal(slot, SlotHash.Of(BatchSamples.Utf8(host), slots));

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("12345678", 0x6087809Au)]
    public void Crc32C_is_the_one_of_RFC_3720(string text, uint checksum)
    {
        var bytes = BatchSamples.Utf8(text);
        Assert.Equal(checksum, Crc32C.Of(bytes));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(checksum, Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        }
    }

    private static Func<string, int> SlotOf(int slots) =>
        line => SlotHash.Of(BatchSamples.Utf8(line[..line.IndexOf(' ', StringComparison.Ordinal)]), slots);

    private static int SlotOfBlock(byte[] block) => Header(block).Slot;

    private static BlockHeader Header(byte[] block)
    {
        Assert.True(BlockHeader.TryRead(block, out var header, out var error), error.ToString());
        return header;
    }
}
