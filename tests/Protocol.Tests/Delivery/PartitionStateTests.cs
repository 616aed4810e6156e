using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

public class PartitionStateTests
{
    private static readonly TimeSpan SettleAfter = new(100);

    [Fact]
    public void A_part_is_taken_once_and_acked_only_when_durable()
    {
        var state = new PartitionState(1000);
        Assert.Equal(TakeKind.Persist, state.Take("o", 5, null, 10).Kind);
        Assert.Equal(TakeKind.RepeatInFlight, state.Take("o", 5, null, 10).Kind);
        Assert.Equal(TakeKind.Persist, state.Take("o", 7, 5, 10).Kind);
        Assert.Equal(0, state.DurableOf("o"));
        Assert.True(state.Apply(Part("o", 5), 1));
        Assert.Equal(TakeKind.Repeat, state.Take("o", 5, null, 10).Kind);
        Assert.Equal(TakeKind.RepeatInFlight, state.Take("o", 7, 5, 10).Kind);
        Assert.Equal(new TakeDecision(TakeKind.ResendAfter, 7), state.Take("o", 9, 8, 10));
        Assert.Equal(new TakeDecision(TakeKind.ResendAfter, 0), state.Take("other", 9, 8, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Take("o", 9, 9, 10));
    }

    [Fact]
    public void A_file_of_another_root_is_closed_by_the_next_owner_for_good()
    {
        var state = new PartitionState(1000);
        state.Apply(new Owned("a", "first", 1), 1);
        state.Apply(new FileOpened(1, "a", "x.log", 1, 11, 0), 2);
        state.Apply(new Owned("a", "first", 2), 3);
        Assert.Equal((2L, false), (state.Files.Find(1)!.OpenedAt, state.Files.Find(1)!.IsClosed));
        state.Apply(new Owned("b", "second", 3), 4);
        state.Apply(new FileOpened(2, "b", "x.log", 1, 22, 0), 5);
        state.Apply(new Owned("a", "first", 4), 6);
        Assert.Equal((2L, true), (state.Files.Find(1)!.OpenedAt, state.Files.Find(1)!.IsClosed));
        Assert.Equal((5L, true), (state.Files.Find(2)!.OpenedAt, state.Files.Find(2)!.IsClosed));

        var restored = new PartitionState(state.Capture(), 1000);
        Assert.Equal(state.Files.Entries, restored.Files.Entries);
    }

    [Fact]
    public void A_repeat_in_the_journal_is_not_projected_live_or_replayed()
    {
        var state = new PartitionState(1000);
        Assert.True(state.Apply(Part("o", 5), 1));
        Assert.False(state.Apply(Part("o", 5), 2));
        Assert.True(state.Apply(Part("p", 5), 3));
        Assert.Equal(0, state.ChainBreaks);
        Assert.True(state.Apply(Part("o", 9, prev: 7), 4));
        Assert.Equal(1, state.ChainBreaks);
    }

    [Fact]
    public void Beyond_the_limit_parts_come_later_and_nothing_is_held()
    {
        var state = new PartitionState(100);
        Assert.Equal(TakeKind.Persist, state.Take("o", 1, null, 500).Kind);
        Assert.Equal(TakeKind.Later, state.Take("o", 2, 1, 1).Kind);
        Assert.Equal(TakeKind.ResendAfter, state.Take("o", 3, 2, 1).Kind);
        state.Apply(Part("o", 1, bytes: 500), 1);
        Assert.Equal(500, state.UncheckpointedBytes);
        Assert.Equal(TakeKind.Later, state.Take("o", 2, 1, 1).Kind);
        state.Apply(Checkpoint(1, 0), 2);
        Assert.Equal(TakeKind.Persist, state.Take("o", 2, 1, 1).Kind);
    }

    [Fact]
    public void Settled_is_what_an_old_enough_checkpoint_covers()
    {
        var state = new PartitionState(1000);
        state.Apply(Part("o", 3), 1);
        state.Apply(Part("p", 1), 2);
        state.Apply(Part("o", 8), 3);
        state.Apply(Checkpoint(2, at: 1000), 4);
        Assert.Equal(2, state.SettledOf("o", 1099, SettleAfter));
        Assert.Equal(7, state.SettledOf("o", 1100, SettleAfter));
        Assert.Null(state.SettledOf("p", 1100, SettleAfter));
        Assert.Null(state.SettledOf("unknown", 1100, SettleAfter));
        state.Apply(Checkpoint(3, at: 2000), 5);
        state.Apply(Checkpoint(2, at: 9000), 6);
        Assert.Equal(7, state.SettledOf("o", 2099, SettleAfter));
        Assert.Null(state.SettledOf("o", 2100, SettleAfter));
    }

    [Fact]
    public void A_clock_that_went_back_keeps_nothing_unsettled_until_it_is_there_again()
    {
        var state = new PartitionState(1000);
        state.Apply(Part("o", 3), 1);
        state.Apply(Checkpoint(1, at: 1_000_000), 2);
        Assert.Equal(2, state.SettledOf("o", 5000, SettleAfter));
        Assert.Equal(2, state.SettledOf("o", 5099, SettleAfter));
        Assert.Null(state.SettledOf("o", 5100, SettleAfter));
    }

    [Fact]
    public void Origins_are_forgotten_after_farewell_or_silence_but_never_unsettled()
    {
        var state = new PartitionState(1000);
        state.Apply(Part("ended", 1, received: 50), 1);
        state.Apply(Part("silent", 1, received: 10), 2);
        state.Apply(Part("live", 1, received: 900), 3);
        state.Apply(new OriginEnded("ended", 60), 4);
        Assert.Equal(0, state.Forget(1000, new TimeSpan(100), new TimeSpan(500)));
        state.Apply(Checkpoint(4, 100), 5);
        Assert.Null(state.SettledOf("live", 1000, SettleAfter));
        Assert.Equal(2, state.Forget(1000, new TimeSpan(100), new TimeSpan(500)));
        Assert.Equal(1, state.DurableOf("live"));
        Assert.Equal(0, state.DurableOf("ended"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a.log.1")]
    public void A_file_opened_under_a_path_and_inode_of_another_ends_that_one(string? sealedAs)
    {
        var state = new PartitionState(1000);
        state.Apply(new FileOpened(1, "root", "a.log", 1, 77, 0), 1);
        state.Apply(new FileOpened(2, "root", "b.log", 1, 77, 0), 2);
        state.Apply(Checkpoint(2, 1000, new FileCommit(1, 10, 9, sealedAs)), 3);
        state.Apply(new FileOpened(3, "root", "a.log", 1, 77, 0), 4);
        Assert.Equal([2L, 3L], state.Files.Entries.Select(f => f.Opened.FileNumber));
        Assert.Empty(state.Files.Faults);
    }

    [Fact]
    public void A_snapshot_waits_for_the_checkpoint_that_covers_it_and_brings_all_back()
    {
        var state = new PartitionState(1000);
        state.Apply(new Owned("root", "node", 3), 1);
        state.Apply(new FileOpened(1, "root", "a.log", 1, 77, 0), 2);
        state.Apply(Part("o", 4), 3);
        var snapshot = state.Capture();
        Assert.False(state.MaySave(snapshot));
        state.Apply(Part("o", 6, prev: 4), 4);
        state.Apply(Checkpoint(3, 1000, new FileCommit(1, 10, 9, "a.log.1")), 5);
        Assert.True(state.MaySave(snapshot));
        Assert.False(state.MaySave(state.Capture()));

        var bytes = JournalCodec.WriteSnapshot(state.Capture());
        Assert.True(JournalCodec.TryReadSnapshot(JournalCodec.SnapshotManifest, bytes, out var read, out _));
        var back = new PartitionState(read, 1000);
        Assert.Equal(bytes, JournalCodec.WriteSnapshot(back.Capture() with { UncheckpointedParts = 1 }));
        Assert.Equal(4, back.NextEpoch);
        Assert.Equal(2, back.Files.NextNumber);
        Assert.Equal(TakeKind.Repeat, back.Take("o", 6, 4, 1).Kind);
        Assert.Equal(3, back.SettledOf("o", 1000, SettleAfter));
    }

    [Fact]
    public void Recovery_gathers_what_the_last_checkpoint_does_not_cover()
    {
        var recovery = new PartitionRecovery(1000);
        JournalEvent[] events =
        [
            new Owned("root", "node", 1), new FileOpened(1, "root", "a", 1, 71, 5), Part("o", 1), Part("o", 2, prev: 1),
            new FileOpened(2, "elsewhere", "a", 1, 99, 0), Checkpoint(3, 0, new FileCommit(1, 15, 1, null)),
            new FileOpened(3, "root", "b", 1, 73, 0), Part("o", 2), Checkpoint(3, 0, new FileCommit(3, 4, 2, "b.1")),
        ];
        for (var i = 0; i < events.Length; i++)
        {
            recovery.Replay(events[i], i + 1);
        }

        var plan = recovery.Complete(9, "root");
        Assert.True(plan.IsSound);
        Assert.Equal(4, Assert.Single(plan.Parts).SequenceNr);
        Assert.Equal((1, 15L), (Assert.Single(plan.Files).Opened.FileNumber, plan.Files[0].Length));
        Assert.Equal("b.1", Assert.Single(plan.Renames).SealedAs);
        Assert.Equal("elsewhere", Assert.Single(plan.Foreign).Opened.RootId);
        Assert.Equal(2, recovery.State.NextEpoch);
        recovery.State.Apply(new Checkpointed(9, 0, [], [2, 3]), 10);
        Assert.Equal(1, Assert.Single(recovery.State.Files.Entries).Opened.FileNumber);
        Assert.Equal(1, recovery.State.Files.ActiveOf("root", "a")!.Opened.FileNumber);
        Assert.Null(recovery.State.Files.ActiveOf("root", "b"));
    }

    [Fact]
    public void The_records_of_an_origin_are_counted_once_over_repeats_and_snapshots()
    {
        var state = new PartitionState(1000);
        state.Apply(Part("o", 1) with { Records = 5, FirstOrdinal = 0 }, 1);
        state.Apply(Part("o", 3, prev: 1) with { Records = 2, FirstOrdinal = 9 }, 2);
        state.Apply(Part("o", 3, prev: 1) with { Records = 2, FirstOrdinal = 9 }, 3);
        Assert.Equal(new OriginTally(7, 11), Assert.Single(state.Capture().Origins).Tally);

        var bytes = JournalCodec.WriteSnapshot(state.Capture());
        Assert.True(JournalCodec.TryReadSnapshot(JournalCodec.SnapshotManifest, bytes, out var read, out _));
        var back = new PartitionState(read, 1000);
        back.Apply(Part("o", 4, prev: 3) with { Records = 1, FirstOrdinal = 11 }, 4);
        Assert.Equal(new OriginTally(8, 12), Assert.Single(back.Capture().Origins).Tally);
        Assert.Equal(new OriginTally(12, 12), new OriginTally(8, 12).And(new OriginTally(4, 9)));
    }

    [Fact]
    public void An_origin_of_a_snapshot_from_before_records_were_counted_has_no_tally()
    {
        var state = new PartitionState(1000);
        state.Apply(Part("o", 1), 1);
        var old = state.Capture() with { Origins = [new OriginSnapshot("o", 1, 0, null, [(1, 1)], Tally: null)] };
        Assert.True(JournalCodec.TryReadSnapshot(
            JournalCodec.SnapshotManifest, JournalCodec.WriteSnapshot(old), out var read, out _));

        var back = new PartitionState(read, 1000);
        back.Apply(Part("o", 2, prev: 1), 2);
        back.Apply(Part("new", 1), 3);

        Assert.Null(back.Capture().Origins.Single(static o => o.Origin == "o").Tally);
        Assert.Equal(new OriginTally(1, 1), back.Capture().Origins.Single(static o => o.Origin == "new").Tally);
    }

    [Theory]
    [InlineData(new long[] { 1, 2, 4 }, 4, 3, 3)]
    [InlineData(new long[] { 2, 3 }, 3, 1, 1)]
    [InlineData(new long[] { 1, 2 }, 5, 3, 5)]
    [InlineData(new long[] { }, 2, 1, 2)]
    public void A_journal_with_holes_is_not_believed(long[] numbers, long highest, long from, long to)
    {
        var recovery = new PartitionRecovery(1000);
        foreach (var number in numbers)
        {
            recovery.Replay(Part("o", number), number);
        }

        var plan = recovery.Complete(highest, "root");
        Assert.False(plan.IsSound);
        Assert.Equal(new SequenceGap(from, to), Assert.Single(plan.Gaps));
        Assert.Equal(highest, recovery.State.LastSequenceNr);
    }

    [Fact]
    public void An_unreadable_event_and_what_it_would_have_said_are_told_and_believed_at_once()
    {
        var recovery = new PartitionRecovery(1000);
        recovery.Replay(Checkpoint(0, 0, new FileCommit(7, 1, 1, null)), 1);
        recovery.ReplayUnreadable(2);
        recovery.Replay(Part("o", 1), 3);
        var plan = recovery.Complete(3, "root");
        Assert.Empty(plan.Gaps);
        Assert.Equal(2, Assert.Single(plan.Unreadable));
        Assert.True(plan.IsSound);
        Assert.Contains("not in the table", Assert.Single(plan.Faults), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => recovery.Restore(recovery.State.Capture()));
    }

    internal static PartStored Part(string origin, long n, long? prev = null, int bytes = 10, long received = 0) =>
        new(origin, n, prev, "edge", received, 1, 0, new byte[bytes]);

    private static Checkpointed Checkpoint(long through, long at, params FileCommit[] files) =>
        new(through, at, files, []);
}
