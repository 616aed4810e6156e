using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

public class WindowTests
{
    [Fact]
    public void An_edge_sends_until_its_window_is_full_and_one_block_whatever_its_size()
    {
        var window = new AckWindow(5, 100);
        Assert.True(window.CanSend(1000));
        window.Sent(6, 60);
        Assert.True(window.CanSend(40));
        Assert.False(window.CanSend(41));
        window.Sent(7, 40);
        Assert.Equal(AckOutcome.Moved, window.OnAck(6, 5));
        Assert.Equal(40, window.InFlightBytes);
        Assert.True(window.CanSend(60));
    }

    [Fact]
    public void Acks_only_rise_and_never_beyond_what_was_sent()
    {
        var window = new AckWindow(0, 100);
        window.Sent(1, 10);
        window.Sent(2, 10);
        Assert.Equal(AckOutcome.BeyondSent, window.OnAck(3, 0));
        Assert.Equal(AckOutcome.BeyondSent, window.OnAck(1, 2));
        Assert.Equal(AckOutcome.Moved, window.OnAck(2, 1));
        Assert.Equal(AckOutcome.Nothing, window.OnAck(1, 0));
        Assert.Equal((2, 1), (window.Stored, window.Settled));
        Assert.Throws<InvalidOperationException>(() => window.Sent(2, 1));
    }

    [Fact]
    public void A_new_stream_begins_behind_what_is_stored_or_behind_what_is_settled()
    {
        var window = new AckWindow(0, 100);
        for (var n = 1; n <= 5; n++)
        {
            window.Sent(n, 10);
        }

        window.OnAck(3, 1);
        window.Rewind();
        Assert.Equal((3, 4, 0L), (window.Floor, window.Next, window.InFlightBytes));
        window.RewindToSettled();
        Assert.Equal((1, 2, 1), (window.Floor, window.Next, window.Stored));
    }

    [Fact]
    public void A_gateway_gives_each_partition_the_number_it_got_before()
    {
        var window = new StreamWindow(10, 3, 1000);
        (long N, int Partition, long? Prev)[] parts =
            [(11, 0, null), (12, 1, null), (13, 0, 11), (14, 2, null), (15, 1, 12), (16, 0, 13)];
        foreach (var (n, partition, expected) in parts)
        {
            Assert.Equal(TakeOutcome.Taken, window.TryTake(n, partition, 1, out var prev));
            Assert.Equal(expected, prev);
        }

        Assert.Equal(TakeOutcome.NotDense, window.TryTake(16, 0, 1, out _));
        Assert.Equal(TakeOutcome.NotDense, window.TryTake(18, 0, 1, out _));
    }

    [Fact]
    public void Stored_is_cumulative_and_the_window_bounds_what_is_not()
    {
        var window = new StreamWindow(0, 2, 100, 3);
        Assert.Equal(TakeOutcome.Taken, window.TryTake(1, 0, 500, out _));
        Assert.Equal(TakeOutcome.Full, window.TryTake(2, 1, 1, out _));
        Assert.Equal(1, window.OnPartStored(1));
        window.TryTake(2, 0, 10, out _);
        window.TryTake(3, 1, 10, out _);
        window.TryTake(4, 1, 10, out _);
        Assert.Equal(TakeOutcome.Full, window.TryTake(5, 1, 1, out _));
        Assert.Equal(1, window.OnPartStored(3));
        Assert.Equal(1, window.OnPartStored(99));
        Assert.Equal(3, window.OnPartStored(2));
        Assert.Equal(10, window.PendingBytes);
    }

    [Fact]
    public void The_first_part_that_each_partition_has_not_answered_can_be_asked_after()
    {
        var window = new StreamWindow(10, 3, 1000);
        (long N, int Partition)[] parts = [(11, 0), (12, 1), (13, 0), (14, 1), (15, 2)];
        foreach (var (n, partition) in parts)
        {
            window.TryTake(n, partition, 1, out _);
        }

        Assert.Equal([(0, 11L), (1, 12L), (2, 15L)], window.Unanswered());
        window.OnPartStored(12);
        window.TrySkip(16, 17);
        Assert.Equal([(0, 11L), (1, 14L), (2, 15L)], window.Unanswered().Order());
        window.OnPartStored(11);
        window.OnPartStored(15);
        Assert.Equal([(0, 13L), (1, 14L)], window.Unanswered());
    }

    [Fact]
    public void A_watermark_answers_for_all_parts_of_its_partition_before_it()
    {
        var window = new StreamWindow(10, 2, 1000);
        (long N, int Partition)[] parts = [(11, 0), (12, 1), (13, 0), (14, 0)];
        foreach (var (n, partition) in parts)
        {
            window.TryTake(n, partition, 5, out _);
        }

        Assert.Equal(11, window.OnStoredThrough(0, 13));
        Assert.Equal((10, 2), (window.PendingBytes, window.PendingCount));
        Assert.Equal(13, window.OnStoredThrough(1, 12));
        Assert.Equal(13, window.OnStoredThrough(0, 0));
        Assert.Equal(14, window.OnPartStored(14));
        Assert.Equal((0, 0), (window.PendingBytes, window.PendingCount));
    }

    [Fact]
    public void Skipped_numbers_are_stored_in_their_turn_and_leave_the_chain_as_it_is()
    {
        var window = new StreamWindow(4, 2, 1000);
        Assert.Equal(TakeOutcome.Taken, window.TrySkip(5, 9));
        Assert.Equal((9, 9), (window.Last, window.Stored));
        Assert.Equal(TakeOutcome.Taken, window.TryTake(10, 0, 1, out var first));
        Assert.Equal(TakeOutcome.Taken, window.TrySkip(11, 12));
        Assert.Equal(TakeOutcome.Taken, window.TryTake(13, 0, 1, out var second));
        Assert.Equal((null, 10), (first, second));
        Assert.Equal(9, window.Stored);
        Assert.Equal(12, window.OnPartStored(10));
        Assert.Equal(13, window.OnPartStored(13));
    }

    [Fact]
    public void A_skip_must_be_dense_and_finds_a_window_that_is_full()
    {
        var window = new StreamWindow(0, 1, 1000, 3);
        Assert.Equal(TakeOutcome.NotDense, window.TrySkip(2, 3));
        Assert.Equal(TakeOutcome.Taken, window.TryTake(1, 0, 1, out _));
        Assert.Equal(TakeOutcome.NotDense, window.TrySkip(1, 3));
        Assert.Equal(TakeOutcome.Taken, window.TrySkip(2, 2));
        Assert.Equal(TakeOutcome.Taken, window.TrySkip(3, 3));
        Assert.Equal(TakeOutcome.Full, window.TrySkip(4, 4));
        Assert.Equal(3, window.OnPartStored(1));
        // Whatever a stranger says, nothing follows the last number there is.
        Assert.Equal(TakeOutcome.Taken, window.TrySkip(4, long.MaxValue));
        Assert.Equal(TakeOutcome.NotDense, window.TrySkip(5, long.MaxValue));
        Assert.Equal(TakeOutcome.NotDense, window.TryTake(1, 0, 1, out _));
    }

    [Fact]
    public void An_edge_may_be_told_that_what_it_skipped_is_stored_and_no_more()
    {
        var window = new AckWindow(0, 100);
        window.Sent(1, 10);
        window.Skipped(5);
        window.Sent(6, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => window.Skipped(6));
        Assert.Equal(AckOutcome.BeyondSent, window.OnAck(7, 0));
        Assert.Equal(AckOutcome.Moved, window.OnAck(5, 0));
        Assert.Equal(10, window.InFlightBytes);
        window.Rewind();
        Assert.Equal(6, window.Next);
    }

    [Fact]
    public void Settled_waits_for_each_partition_and_never_passes_the_question_s_mark()
    {
        var window = new StreamWindow(0, 2, 1000);
        for (var n = 1; n <= 6; n++)
        {
            window.TryTake(n, n % 2, 1, out _);
            window.OnPartStored(n);
        }

        window.OnSettled(0, null, 4);
        Assert.Equal(0, window.Settled);
        window.OnSettled(1, 2, 4);
        Assert.Equal(2, window.Settled);
        window.OnSettled(1, null, 6);
        Assert.Equal(4, window.Settled);
        window.OnSettled(1, 3, 6);
        Assert.Equal(4, window.Settled);
    }

    [Fact]
    public void Who_holds_nothing_that_is_not_settled_is_not_asked()
    {
        var window = new StreamWindow(0, 3, 1000);
        Assert.Empty(window.Unsettled);
        window.TryTake(1, 1, 1, out _);
        window.OnPartStored(1);
        AssertSettled(window, 0, 1);
        window.OnSettled(1, null, 1);
        AssertSettled(window, 1);
        window.TryTake(2, 1, 1, out _);
        window.TrySkip(3, 5);
        window.OnPartStored(2);
        Assert.Equal(5, window.Stored);
        AssertSettled(window, 1, 1);
    }

    [Fact]
    public void Behind_a_floor_each_partition_is_asked_once()
    {
        var window = new StreamWindow(10, 3, 1000);
        AssertSettled(window, 0, 0, 1, 2);
        window.OnSettled(0, null, 10);
        window.OnSettled(1, null, 10);
        window.OnSettled(2, 7, 10);
        AssertSettled(window, 7, 2);
        window.TryTake(11, 0, 1, out _);
        window.OnPartStored(11);
        window.OnSettled(2, null, 11);
        AssertSettled(window, 10, 0);
        window.OnSettled(0, null, 11);
        AssertSettled(window, 11);
    }

    private static void AssertSettled(StreamWindow window, long settled, params int[] others)
    {
        Assert.Equal(settled, window.Settled);
        Assert.Equal(others, window.Unsettled);
    }
}
