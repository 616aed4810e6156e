using ActorLog.Node.Forwarding;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Tests.Forwarding;

public sealed class OriginQueueAccountTests
{
    private readonly Dictionary<DropReason, long> _dropped = [];

    [Fact]
    public void A_block_that_is_sent_twice_is_stored_once_in_the_books()
    {
        var queue = new OriginQueue("o", 0, 0, false, 1 << 20);
        queue.Offer(1, [Block(3, 0), Block(4, 3)], Book);
        SendAll(queue);
        queue.OnAck(1, 0, out var first);
        queue.Rewind(toSettled: true);
        queue.Take([Row(1, 3, 0), Row(2, 4, 3)], 2, Book);
        SendAll(queue);
        queue.OnAck(2, 0, out var second);
        Assert.Equal((3, 4), (first, second));
        Assert.Empty(_dropped);
    }

    [Fact]
    public void A_hole_in_the_spool_is_skipped_at_once_and_counts_what_was_in_it()
    {
        var queue = new OriginQueue("o", 0, 9, true, 1 << 20);
        queue.Take([Row(1, 3, 0), Row(9, 5, 20)], 9, Book);
        Assert.Equal(["1", "2-8", "9"], SendAll(queue));
        Assert.Equal(17, _dropped[DropReason.SpoolLost]);
        Assert.Equal(AckOutcomeOf(queue, 9), (8, true));
    }

    [Fact]
    public void A_hole_that_is_read_again_is_sent_again_and_booked_once()
    {
        var queue = new OriginQueue("o", 0, 4, true, 1 << 20);
        Assert.Single(queue.Take([Row(1, 3, 0), Row(4, 5, 20)], 4, Book));
        SendAll(queue);
        queue.OnAck(4, 1, out _);
        queue.Rewind(toSettled: true);
        Assert.Empty(queue.Take([Row(4, 5, 20)], 4, Book));
        Assert.Equal(["2-3", "4"], SendAll(queue));
        Assert.Equal(17, _dropped[DropReason.SpoolLost]);
    }

    [Fact]
    public void A_spool_that_lost_its_end_counts_what_was_offered()
    {
        var queue = new OriginQueue("o", 0, 0, false, 1);
        queue.Offer(1, [Block(3, 0), Block(4, 3), Block(5, 7)], Book);
        SendAll(queue);
        queue.OnAck(queue.Window.Next - 1, 0, out var stored);
        Assert.Single(queue.Take([], 3, Book));
        Assert.Equal(12 - stored, _dropped[DropReason.SpoolLost]);
    }

    [Fact]
    public void What_became_durable_while_a_read_was_under_way_is_not_called_lost()
    {
        var queue = new OriginQueue("o", 0, 2, false, 1 << 20);
        queue.Offer(4, [Block(1, 9)], Book);
        Assert.Equal((1, 2), (queue.Take([], 2, Book)[0].From, queue.End - 1));
        Assert.True(queue.NeedsRead || queue.Window.Next <= 2);
    }

    [Fact]
    public void Damaged_rows_are_counted_by_their_header_and_by_the_ordinals_around_where_it_is_gone()
    {
        var queue = new OriginQueue("o", 0, 5, true, 1 << 20);
        var holes = queue.Take(
            [Row(1, 3, 0), Damaged(2, 4), Damaged(3, null), Row(4, 5, 20), Damaged(5, null)], 5, Book);
        Assert.Equal([2, 3, 5], holes.Select(static h => h.From));
        // 3 to 20: four by the header of the second, thirteen by what is left; the last is known to nobody.
        Assert.Equal(17, _dropped[DropReason.Refused]);
        Assert.Equal(["1", "2-2", "3-3", "4", "5-5"], SendAll(queue));
        queue.OnAck(5, 5, out _);
        Assert.Equal(4, queue.TakeRefused());
        Assert.Equal(0, queue.TakeRefused());
    }

    [Fact]
    public void A_refused_block_is_a_hole_from_then_on_also_when_it_is_read_back()
    {
        var queue = new OriginQueue("o", 0, 3, true, 1 << 20);
        queue.Take([Row(1, 3, 0), Row(2, 4, 3), Row(3, 5, 7)], 3, Book);
        SendAll(queue);
        Assert.NotNull(queue.FindSent(2));
        queue.Rewind(toSettled: false);
        Assert.Null(queue.FindSent(2));
        Assert.True(queue.Refuse(2, 4));
        Assert.Equal(["1", "2-2", "3"], SendAll(queue));
        Assert.Null(queue.FindSent(2));
        queue.OnAck(3, 0, out var stored);
        Assert.Equal(8, stored);
        queue.Rewind(toSettled: true);
        Assert.Empty(queue.Take([Row(1, 3, 0), Row(2, 4, 3), Row(3, 5, 7)], 3, Book));
        Assert.Equal(["1", "2-2", "3"], SendAll(queue));
        queue.OnAck(3, 3, out stored);
        Assert.Equal((0, 4), (stored, queue.TakeRefused()));
    }

    [Fact]
    public void A_block_that_another_journal_has_stored_is_not_lost_by_a_refusal()
    {
        var queue = new OriginQueue("o", 0, 1, true, 1 << 20);
        queue.Take([Row(1, 3, 0)], 1, Book);
        SendAll(queue);
        queue.OnAck(1, 0, out _);
        queue.Rewind(toSettled: true);
        queue.Take([Row(1, 3, 0)], 1, Book);
        SendAll(queue);
        Assert.False(queue.Refuse(1, 3));
        queue.OnAck(1, 1, out _);
        Assert.Equal(0, queue.TakeRefused());
    }

    private static (long, bool) AckOutcomeOf(OriginQueue queue, long stored)
    {
        queue.OnAck(stored, 0, out var records);
        return (records, queue.IsStored);
    }

    private void Book(DropReason reason, long records) =>
        _dropped[reason] = _dropped.GetValueOrDefault(reason) + records;

    private static List<string> SendAll(OriginQueue queue)
    {
        var sent = new List<string>();
        while (queue.TryNext(out var piece))
        {
            sent.Add(piece.Block is null ? $"{piece.From}-{piece.Through}" : $"{piece.From}");
            queue.Sent(piece);
        }

        return sent;
    }

    private static SpoolReader.Row Row(long n, int records, long ordinal) =>
        new(n, Block(records, ordinal), records, string.Empty, default);

    private static SpoolReader.Row Damaged(long n, long? records) => new(n, null, records, "damaged", default);

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
