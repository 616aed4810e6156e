using ActorLog.Protocol.Delivery;
using ActorLog.Testing;
using ActorLog.Testing.Nodes;
using Akka.Actor;
using Akka.Configuration;

namespace ActorLog.Drills.Actors;

/// <summary>
/// Two owners of one journal. Design review C1 (a delete reopens the numbers for a paused owner) and C4 (the replay filter
/// discards what came after a second owner); planted: the fence's trigger dropped, the filter's default.
/// </summary>
public sealed class HandOffDrills
{
    private const string PausedOrigin = "edge-2/run";

    [Fact]
    public async Task A_paused_owner_stores_nothing_where_another_has_checkpointed_and_deleted()
    {
        var (answer, lines) = await WakePausedOwnerAsync(hasFence: true);
        Assert.NotEqual(PartAnswerKind.Stored, answer);
        Assert.DoesNotContain("late", lines);
    }

    [Fact]
    public async Task Without_the_fence_a_paused_owner_acks_what_is_lost()
    {
        var (answer, lines) = await WakePausedOwnerAsync(hasFence: false);
        Assert.Equal(PartAnswerKind.Stored, answer);
        Assert.DoesNotContain("late", lines);
    }

    [Fact]
    public async Task A_partition_that_goes_to_another_and_comes_back_keeps_all_that_was_acked() =>
        Assert.Equal(["one", "two", "three", "four"], await ThereAndBackAsync("off"));

    [Fact]
    public async Task With_the_replay_filter_s_default_what_was_acked_after_the_return_is_lost() =>
        Assert.Equal(["one", "two", "four"], await ThereAndBackAsync("repair-by-discard-old"));

    private static async Task<(PartAnswerKind Answer, List<string> Lines)> WakePausedOwnerAsync(bool hasFence)
    {
        var time = new ManualTime(Samples.Start);
        await using var host = new PartitionHost(null, time);
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        if (!hasFence)
        {
            host.Node.Execute(host.Node.JournalFile, "DROP TRIGGER journal_fence");
        }

        // It has nothing in its mailbox and nothing to checkpoint: it stands still, as SIGSTOP would have it.
        var paused = host.Entity;
        var pausedAt = host.Journal()[^1].N;
        var owner = host.StartOwner();
        await host.UntilJournaled("owned", 2);
        time.Advance(TimeSpan.FromMinutes(2));
        host.SendTo(owner, 2, 1, "two");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(2)).Kind);
        await NodeHost.Until(() => host.Journal().All(row => row.N > pausedAt + 1), "the other has checkpointed and deleted");

        paused.Tell(
            new TakePart(PartitionHost.Partition, PausedOrigin, 1, null, "edge-2", Samples.Block(PartitionHost.HostName, "late")),
            host.Gateway);
        var answer = (PartAnswer)await host.Gateway.FishForMessageAsync(
            static m => m is PartAnswer { Origin: PausedOrigin }, NodeHost.Patience);
        await host.RestartAsync();
        host.Next = 3;
        await host.StoreAsync("three");
        await NodeHost.Until(() => host.Lines().Contains("three"), "the next owner writes");
        Assert.Equal(["one", "two", "three"], host.Lines());
        return (answer.Kind, host.Lines());
    }

    // One process, another, and the first again, without a checkpoint in between.
    private static async Task<List<string>> ThereAndBackAsync(string filter)
    {
        await using var host = new PartitionHost(static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) });
        host.Node.Planted = ConfigurationFactory.ParseString($"akka.persistence.journal.partitions.replay-filter.mode = {filter}");
        await host.RestartAsync();
        var other = host.Node.StartOther();
        var owner = host.Entity;
        foreach (var (n, text, next) in new[] { (1, "one", other), (2, "two", host.Node.System), (3, "three", host.Node.System) })
        {
            host.SendTo(owner, n, n == 1 ? null : n - 1, text);
            Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(n)).Kind);
            // By the first: had the filter one more event to discard, lines would stand in two files.
            await host.UntilJournaled("file-opened");
            Assert.True(await owner.GracefulStop(NodeHost.Patience));
            owner = await StartUntilItOwnsAsync(host, next);
        }

        host.SendTo(owner, 4, null, "four");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(4)).Kind);
        await NodeHost.Until(() => host.Lines().Contains("four"), "the last line is written");
        return host.Lines();
    }

    // A journal that answers with holes is believed only at the third time.
    private static async Task<IActorRef> StartUntilItOwnsAsync(PartitionHost host, ActorSystem system)
    {
        int Owned() => host.Journal().Count(static row => row.Manifest == "owned/1");
        var before = Owned();
        var watcher = host.Node.Probe();
        while (true)
        {
            var owner = host.StartOwner(system);
            watcher.Watch(owner);
            await NodeHost.Until(() => watcher.HasMessages || Owned() > before, "it owns, or has stopped");
            if (!watcher.HasMessages)
            {
                return owner;
            }

            await watcher.ExpectTerminatedAsync(owner, NodeHost.Patience);
        }
    }
}
