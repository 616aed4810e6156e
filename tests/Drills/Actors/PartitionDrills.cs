using ActorLog.Node.Hosting;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Nodes;
using Akka.Actor;

namespace ActorLog.Drills.Actors;

/// <summary>
/// A partition whose journal fails, rejects, commits unseen or answers late, and which is stopped in between. Design review
/// C6 (an ack never passes the durable watermark), C10 (a commit in flight at a forced stop), H4, H5; planted: a PoisonPill in
/// the place of the stop message (H5).
/// </summary>
public sealed class PartitionDrills
{
    private static readonly string Id = $"partition-{PartitionHost.Partition}";

    [Theory]
    [InlineData(JournalFaultKind.Fail)]
    [InlineData(JournalFaultKind.Reject)]
    [InlineData(JournalFaultKind.CommitThenFail)]
    public async Task A_part_that_the_journal_refuses_is_not_acked_and_stands_once_when_it_is_sent_again(JournalFaultKind kind)
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        await host.StoreAsync("one");
        var fault = host.Node.Journal.Arm(kind, Id, typeof(PartStored));
        var n = host.Send("two");
        Assert.NotEqual(PartAnswerKind.Stored, (await host.AnswerAsync(n)).Kind);
        host.Next--;
        await host.StoreAsync("two");
        await host.StoreAsync("three");
        Assert.Equal(1, fault.Met);
        await host.UntilLines("one", "two", "three");
    }

    [Theory]
    [InlineData(JournalFaultKind.Fail)]
    [InlineData(JournalFaultKind.CommitThenFail)]
    public async Task A_checkpoint_that_the_journal_refuses_costs_no_line_and_doubles_none(JournalFaultKind kind)
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        // One that was stored all the same says all there is to say: a second is not owed.
        var times = kind == JournalFaultKind.CommitThenFail ? 1 : 2;
        var fault = host.Node.Journal.Arm(kind, Id, typeof(Checkpointed), times);
        string[] wanted = ["one", "two", "three", "four"];
        foreach (var text in wanted)
        {
            await host.StoreAsync(text);
        }

        await NodeHost.Until(
            () =>
            {
                host.Entity.Tell(new WakePartition(PartitionHost.Partition));
                return fault.Met == times;
            },
            "all were refused");
        await host.UntilJournaled("checkpointed");
        await host.UntilLines(wanted);
    }

    [Fact]
    public async Task A_repeat_by_another_gateway_is_acked_when_the_commit_is_known_and_not_before()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        var held = host.Node.Journal.Arm(JournalFaultKind.Hold, Id, typeof(PartStored));
        host.SendAs(2, 1, "two");
        await held.Committed.Task.WaitAsync(NodeHost.Patience);
        var other = host.Node.Probe();
        host.Entity.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, 2, 1, "edge-1", Samples.Block(PartitionHost.HostName, "two")), other);
        host.Entity.Tell(new AskStored(PartitionHost.Partition, PartitionHost.Origin, 2), other);
        // Answered by the partition behind the repeat, so the repeat was judged.
        host.SendAs(4, 3, "four");
        Assert.Equal(PartAnswerKind.ResendAfter, (await host.AnswerAsync(4)).Kind);
        Assert.False(other.HasMessages);

        held.Release();
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(2)).Kind);
        Assert.Equal(PartAnswerKind.Stored, (await other.ExpectMsgAsync<PartAnswer>(NodeHost.Patience)).Kind);
        Assert.Equal(PartAnswerKind.Stored, (await other.ExpectMsgAsync<PartAnswer>(NodeHost.Patience)).Kind);
        await host.UntilLines("one", "two");
    }

    [Fact]
    public async Task Stopped_by_force_with_a_commit_in_flight_the_part_stands_once()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        var held = host.Node.Journal.Arm(JournalFaultKind.Hold, Id, typeof(PartStored));
        host.SendAs(2, 1, "two");
        await held.Committed.Task.WaitAsync(NodeHost.Patience);
        Assert.True(await host.Entity.GracefulStop(NodeHost.Patience));
        var next = host.StartOwner();
        held.Release();
        host.SendTo(next, 2, 1, "two");
        host.SendTo(next, 3, 2, "three");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(3)).Kind);
        await host.UntilLines("one", "two", "three");
        Assert.Equal(3, host.Journal().Count(static row => row.Manifest == "part-stored/1"));
    }

    [Fact]
    public async Task The_stop_message_leaves_nothing_to_be_written_again_and_a_poison_pill_does()
    {
        Assert.Equal(0, await ReplayedAfterStopAsync(StopPartition.Instance));
        Assert.NotEqual(0, await ReplayedAfterStopAsync(PoisonPill.Instance));
    }

    [Fact]
    public async Task A_block_that_breaks_the_rendering_is_set_aside_and_what_is_behind_it_is_written()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        var broken = Samples.Batch(PartitionHost.HostName, "poison");
        // Lengths that fit nothing: no reader lets them in, so only a fault of this program can bring them here.
        broken.Memory.AsSpan(4, 32).Fill(0xFF);
        host.Next++;
        host.Entity.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, 2, 1, "edge-1", Samples.Block(PartitionHost.HostName, "poison"))
            {
                Records = broken,
            },
            host.Gateway);
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(2)).Kind);
        await host.StoreAsync("three");
        await host.UntilLines("one", "three");
        var aside = Assert.Single(Directory.GetFiles(Path.Combine(host.Aggregator.Files.Directory, PartitionRejects.Directory)));
        Assert.Equal(["poison"], Samples.Messages(File.ReadAllBytes(aside)));
        Assert.Equal(1, host.Node.Ledger[LedgerAccount.Unreadable]);
    }

    private static async Task<long> ReplayedAfterStopAsync(object stop)
    {
        await using var host = new PartitionHost(static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) });
        await host.StoreAsync("one");
        await host.StoreAsync("two");
        Assert.True(await host.Entity.GracefulStop(NodeHost.Patience, stop));
        var next = host.StartOwner();
        host.SendTo(next, 3, 2, "three");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(3)).Kind);
        await host.UntilLines("one", "two", "three");
        return host.Node.Ledger[LedgerAccount.Replayed];
    }
}
