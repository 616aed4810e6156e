using ActorLog.Node.Forwarding;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Tests.Forwarding;

public sealed class OriginStreamsTests
{
    private readonly OriginStreams _streams = new();
    private readonly List<string> _sent = [];

    [Fact]
    public void The_next_origin_begins_when_the_one_before_is_stored_and_closed()
    {
        var first = Add("first", "one");
        Add("second", "two");
        Assert.Equal(["open 1 first 0", "batch 1 1"], Flow());
        first.OnAck(1, 0, out _);
        Assert.Empty(Flow());
        _streams.Close("first", 1);
        Assert.Equal(["open 2 second 0", "batch 2 1"], Flow());
        Assert.False(_streams.IsStored);
    }

    [Fact]
    public void A_stream_that_has_ended_is_opened_anew_from_what_is_stored()
    {
        var origin = Add("first", "one", "two");
        Flow();
        origin.OnAck(1, 0, out _);
        _streams.End(1);
        Assert.False(_streams.TryGet(1, out _));
        Assert.Equal(["open 2 first 1", "batch 2 2"], Flow());
        _streams.EndAll();
        Assert.Equal(["open 3 first 1", "batch 3 2"], Flow());
    }

    [Fact]
    public void Another_journal_or_timeline_is_fed_from_what_is_settled()
    {
        var origin = Add("first", "one", "two");
        Assert.False(_streams.RewindForJournal("journal", "1"));
        Flow();
        origin.OnAck(2, 0, out _);
        Assert.False(_streams.RewindForJournal("journal", "1"));
        Assert.True(_streams.IsStored);
        _streams.EndAll();
        Assert.True(_streams.RewindForJournal("journal", "2"));
        Assert.False(_streams.IsStored);
        _streams.EndAll();
        Assert.True(_streams.RewindForJournal("another", "2"));
        Assert.Equal("another", _streams.Journal);
        // The blocks in memory are gone with their ack: they are read back.
        Assert.Equal(["open 2 first 0"], Flow());
        Assert.Equal(origin, _streams.Unread);
    }

    [Fact]
    public void An_origin_that_is_held_holds_up_those_behind_it()
    {
        var first = Add("first", "one");
        Add("second", "two");
        first.IsHeld = true;
        Assert.Empty(Flow());
        first.IsHeld = false;
        Assert.Equal(["open 1 first 0", "batch 1 1"], Flow());
    }

    [Fact]
    public void What_is_not_in_memory_is_unread_and_what_is_done_is_forgotten()
    {
        _streams.Add(new OriginQueue("left", 3, 5, true, 1 << 20));
        Assert.Null(_streams.Unread);
        Assert.Equal(["open 1 left 3"], Flow());
        Assert.Equal("left", _streams.Unread?.Origin);
        var origin = _streams.Unread!;
        origin.Take([], 5, static (_, _) => { });
        Assert.Equal(["skip 1 4 5"], Flow());
        Assert.Null(_streams.Unread);
        _streams.RemoveIfDone(1, origin);
        Assert.NotNull(_streams.Find("left"));
        origin.OnAck(5, 5, out _);
        _streams.RemoveIfDone(1, origin);
        Assert.Null(_streams.Find("left"));
        Assert.True(_streams.IsStored);
    }

    private OriginQueue Add(string name, params string[] messages)
    {
        var origin = new OriginQueue(name, 0, 0, false, 1 << 20);
        origin.Offer(1, [.. messages.Select(static m => Samples.Block("web-1", m))], static (_, _) => { });
        _streams.Add(origin);
        return origin;
    }

    // What is sent from now on.
    private List<string> Flow()
    {
        _sent.Clear();
        _streams.Open(Note);
        _streams.Pump(Note);
        return [.. _sent];
    }

    private void Note(DeliveryFrame frame) => _sent.Add(frame switch
    {
        DeliveryFrame.Open open => $"open {open.Stream} {open.Origin} {open.Floor}",
        DeliveryFrame.Batch batch => $"batch {batch.Stream} {batch.N}",
        DeliveryFrame.Skip skip => $"skip {skip.Stream} {skip.From} {skip.Through}",
        _ => frame.ToString(),
    });
}
