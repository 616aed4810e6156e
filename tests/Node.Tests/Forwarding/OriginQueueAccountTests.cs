using ActorLog.Node.Forwarding;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Tests.Forwarding;

public sealed class OriginQueueAccountTests
{
    [Fact]
    public void A_block_that_is_sent_twice_is_stored_once_in_the_books()
    {
        var queue = new OriginQueue("o", 0, 0, false, 1 << 20);
        queue.Offer(1, [Block(3, 0), Block(4, 3)]);
        SendAll(queue);
        queue.OnAck(1, 0, out var first);
        queue.Rewind(toSettled: true);
        queue.Keep(1, Block(3, 0));
        queue.Keep(2, Block(4, 3));
        SendAll(queue);
        queue.OnAck(2, 0, out var second);
        Assert.Equal((3, 4), (first, second));
    }

    [Fact]
    public void A_hole_in_the_spool_counts_what_was_in_it()
    {
        var queue = new OriginQueue("o", 0, 9, true, 1 << 20);
        queue.Keep(1, Block(3, 0));
        SendAll(queue);
        queue.OnAck(1, 0, out _);
        Assert.Equal(17, queue.Skip(9, Block(5, 20)));
        Assert.Equal(9, queue.Window.Next);
    }

    [Fact]
    public void A_spool_that_lost_its_end_counts_what_was_offered()
    {
        var queue = new OriginQueue("o", 0, 0, false, 1);
        queue.Offer(1, [Block(3, 0), Block(4, 3), Block(5, 7)]);
        SendAll(queue);
        queue.OnAck(queue.Window.Next - 1, 0, out var stored);
        Assert.Equal(12 - stored, queue.Skip(4, null));
        Assert.Equal(0, queue.Skip(4, null));
    }

    private static void SendAll(OriginQueue queue)
    {
        while (queue.TryNext(out var block))
        {
            queue.Sent(block);
        }
    }

    private static byte[] Block(int records, long ordinal)
    {
        using var writer = new BatchWriter();
        for (var i = 0; i < records; i++)
        {
            writer.TryAppend(
                new ParsedRecord { Priority = new Priority(14), Program = "app"u8, Message = "text"u8 }, "web-1"u8, DateTime.UnixEpoch.Ticks);
        }

        using var batch = writer.Take()!;
        using var blocks = new BlockWriter(BlockCompression.None, 16);
        var made = new List<byte[]>();
        blocks.Write(batch, made);
        BlockFormat.StampOrdinal(made[0], ordinal);
        return Assert.Single(made);
    }
}
