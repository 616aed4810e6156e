using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Testing.Nodes;

/// <summary>Bytes for tests: batches, blocks, and what stands in them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 5, 50, 0, TimeSpan.Zero);

    /// <summary>The beginning of a ClientHello of 512 bytes.</summary>
    public static readonly byte[] HalfHello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, .. new byte[100]];

    public static RecordBatch Batch(string host, params string[] messages)
    {
        using var writer = new BatchWriter();
        foreach (var message in messages)
        {
            var record = new ParsedRecord
            {
                Priority = Priority.Default,
                Program = "app"u8,
                Message = Encoding.UTF8.GetBytes(message),
            };
            Assert.True(writer.TryAppend(record, Encoding.UTF8.GetBytes(host), Start.UtcTicks));
        }

        return writer.Take()!;
    }

    public static byte[] Block(string host, params string[] messages) => BlockOf(16, host, messages);

    /// <summary>A block whose body can be found in a file.</summary>
    public static byte[] PlainBlock(string host, params string[] messages) => BlockOf(BlockCompression.None, 16, host, messages);

    public static byte[] BlockOf(int slots, string host, params string[] messages) =>
        BlockOf(BlockCompression.Zstd, slots, host, messages);

    /// <summary>A sound block of the version after this program's.</summary>
    public static byte[] NewerBlock(string host, params string[] messages)
    {
        var block = Block(host, messages);
        block[BlockFormat.VersionAt] = BlockFormat.Version + 1;
        BlockFormat.StampHeaderChecksum(block);
        return block;
    }

    private static byte[] BlockOf(BlockCompression compression, int slots, string host, string[] messages)
    {
        using var batch = Batch(host, messages);
        using var writer = new BlockWriter(compression, slots);
        var blocks = new List<byte[]>();
        writer.Write(batch, blocks);
        return Assert.Single(blocks);
    }

    public static int SlotOf(string host, int slots = 16) => SlotHash.Of(Encoding.UTF8.GetBytes(host), slots);

    public static List<string> Messages(ReadOnlySpan<byte> block)
    {
        Assert.True(BlockReader.TryRead(block, BlockLimits.Default, out var records, out var error), error.ToString());
        using (records)
        {
            return Messages(records);
        }
    }

    public static List<string> Messages(RecordBatch batch)
    {
        var messages = new List<string>();
        foreach (var record in batch)
        {
            messages.Add(Encoding.UTF8.GetString(record.Message));
        }

        return messages;
    }
}
