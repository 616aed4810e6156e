using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>What is made of a partition's journal when some of it is lost: nothing twice, nothing missing.</summary>
public sealed class PartitionSalvageTests
{
    [Fact]
    public void What_is_whole_stays_as_it_is()
    {
        var plan = PartitionSalvage.Plan(null, Whole(Part("a", 1), Part("a", 2), Checkpoint(2), Part("a", 3)), 4);
        Assert.Empty(plan.Written);
        Assert.Equal((0, 0, 0), (plan.PartsToCome, plan.PartsInFiles, plan.Unknown.Count));
    }

    [Fact]
    public void A_lost_block_that_stands_in_files_stays_known_as_a_number()
    {
        var events = Whole(Part("a", 1), Part("a", 2), Checkpoint(2));
        events[2] = new(Part("a", 2), false, false);
        var plan = PartitionSalvage.Plan(null, events, 3);
        var state = Replay(plan, events, 3);
        Assert.Equal((1, 0), (plan.PartsInFiles, plan.PartsToCome));
        Assert.Equal(2, state.DurableOf("a"));
        Assert.Equal(TakeKind.Repeat, state.Take("a", 2, 1, 10).Kind);
    }

    [Fact]
    public void Behind_a_lost_part_that_no_checkpoint_covers_nothing_of_its_origin_is_kept()
    {
        var events = Whole(Part("a", 1), Checkpoint(1), Part("a", 2), Part("b", 7), Part("a", 3));
        events[3] = new(Part("a", 2), false, false);
        var plan = PartitionSalvage.Plan(null, events, 5);
        var state = Replay(plan, events, 5);
        Assert.Equal((2, 4L), (plan.PartsToCome, plan.RecordsToCome));
        Assert.Equal((1, 7), (state.DurableOf("a"), state.DurableOf("b")));
        Assert.Equal(TakeKind.Persist, state.Take("a", 2, 1, 10).Kind);
    }

    [Fact]
    public void Behind_a_number_of_which_nothing_is_left_no_part_is_kept()
    {
        var events = Whole(Part("a", 1), Checkpoint(1), Part("a", 2), Part("b", 7));
        events.Remove(3);
        var plan = PartitionSalvage.Plan(null, events, 4);
        var state = Replay(plan, events, 4);
        Assert.Equal([3L], plan.Unknown);
        Assert.Equal((1, 0), (state.DurableOf("a"), state.DurableOf("b")));
    }

    [Fact]
    public void A_snapshot_is_the_beginning()
    {
        var before = new PartitionState(1 << 20);
        before.Apply(Part("a", 1), 1);
        before.Apply(Checkpoint(1), 2);
        var plan = PartitionSalvage.Plan(before.Capture(), new Dictionary<long, SalvagedEvent>(), 4);
        Assert.Equal([3L, 4L], plan.Written.Select(static w => w.SequenceNr));
        Assert.Equal([3L, 4L], plan.Unknown);
    }

    // Gapless, as a sound journal is.
    private static PartitionState Replay(SalvagePlan plan, Dictionary<long, SalvagedEvent> events, long highest)
    {
        var recovery = new PartitionRecovery(1 << 20);
        var written = plan.Written.ToDictionary(static w => w.SequenceNr, static w => w.Event);
        for (var n = 1L; n <= highest; n++)
        {
            recovery.Replay(written.TryGetValue(n, out var e) ? e : events[n].Event, n);
        }

        Assert.True(recovery.Complete(highest, "root").IsSound);
        return recovery.State;
    }

    private static Dictionary<long, SalvagedEvent> Whole(params JournalEvent[] events) =>
        events.Select(static (e, i) => (e, i)).ToDictionary(static x => x.i + 1L, static x => new SalvagedEvent(x.e, true, true));

    private static PartStored Part(string origin, long n) =>
        new(origin, n, origin == "a" && n > 1 ? n - 1 : null, "edge", 1, 2, (n - 1) * 2, new byte[10]);

    private static Checkpointed Checkpoint(long through) => new(through, 1, [], []);
}
