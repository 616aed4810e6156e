using ActorLog.Node.Hosting;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Testing;
using Akka.Actor;

namespace ActorLog.Node.Tests.Sharding;

/// <summary>A partition alone: what it stores, what it answers, what stands in its files after whatever happens.</summary>
public sealed class PartitionTests
{
    [Fact]
    public async Task APartIsStoredThenAcknowledgedThenWritten()
    {
        await using var host = new PartitionHost();
        var n = host.Send("one", "two");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(n)).Kind);
        Assert.Contains(host.Journal(), static row => row.Manifest == "part-stored/1");
        await host.UntilLines("one", "two");
        Assert.Equal(2, host.Node.Ledger[LedgerAccount.Journaled]);

        // Owner, part, file, checkpoint: the order is the rule.
        await host.UntilJournaled("checkpointed");
        Assert.Equal(
            ["owned/1", "part-stored/1", "file-opened/1", "checkpointed/1"], host.Journal().Take(4).Select(static row => row.Manifest));
    }

    [Fact]
    public async Task ARepeatIsAcknowledgedAndWrittenOnce()
    {
        await using var host = new PartitionHost();
        host.SendAs(1, null, "one");
        host.SendAs(1, null, "one");
        host.SendAs(2, 1, "two");
        host.SendAs(1, null, "one");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(1)).Kind);
        }

        await host.UntilLines("one", "two");
        Assert.Equal(2, host.Journal().Count(static row => row.Manifest == "part-stored/1"));
        Assert.Equal(2, host.Node.Ledger[LedgerAccount.Repeated]);
    }

    [Fact]
    public async Task APartThatIsAskedAfterIsStoredOrLacking()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        host.Entity.Tell(new AskStored(PartitionHost.Partition, PartitionHost.Origin, 1), host.Gateway);
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(1)).Kind);
        host.Entity.Tell(new AskStored(PartitionHost.Partition, PartitionHost.Origin, 2), host.Gateway);
        Assert.Equal((PartAnswerKind.ResendAfter, 1L), await Lacking(host, 2));
        host.Entity.Tell(new AskStored(PartitionHost.Partition, "edge-1/another", 7), host.Gateway);
        Assert.Equal((PartAnswerKind.ResendAfter, 0L), await Lacking(host, 7));

        static async Task<(PartAnswerKind, long)> Lacking(PartitionHost host, long n)
        {
            var answer = await host.AnswerAsync(n);
            return (answer.Kind, answer.Watermark);
        }
    }

    [Fact]
    public async Task APartWhosePredecessorIsMissingIsSentBack()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        host.SendAs(3, 2, "three");
        var answer = await host.AnswerAsync(3);
        Assert.Equal((PartAnswerKind.ResendAfter, 1L), (answer.Kind, answer.Watermark));
        host.SendAs(2, 1, "two");
        host.SendAs(3, 2, "three");
        await host.UntilLines("one", "two", "three");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AHandOverGoesOnWithoutLossOrDouble(bool waitForCheckpoint)
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        if (waitForCheckpoint)
        {
            await host.UntilJournaled("checkpointed");
        }

        await host.HandOverAsync();
        Assert.StartsWith("checkpointed", host.Journal()[^1].Manifest, StringComparison.Ordinal);
        await host.StoreAsync("two");
        host.SendAs(1, null, "one");
        await host.UntilLines("one", "two");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(1)).Kind);
    }

    [Fact]
    public async Task ToldToStopWhileItRecoversItWritesWhatTheJournalHasFirst()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.RestartAsync();
        await host.HandOverAsync();
        Assert.Equal(["one"], host.Lines());
        // The next incarnation may be its owner already.
        Assert.StartsWith(
            "checkpointed", host.Journal().Last(static row => !row.Manifest.StartsWith("owned", StringComparison.Ordinal)).Manifest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndedAtAnyMomentItGoesOnWithoutLossOrDouble()
    {
        await using var host = new PartitionHost();
        var wanted = new List<string>();
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i <= round; i++)
            {
                wanted.Add($"{round}-{i}");
                await host.StoreAsync($"{round}-{i}");
            }

            if (round % 2 == 1)
            {
                await NodeHost.Until(
                    () => host.Journal()[^1].Manifest.StartsWith("checkpointed", StringComparison.Ordinal), "all is checkpointed");
            }

            await host.RestartAsync();
        }

        host.Entity.Tell(new WakePartition(PartitionHost.Partition));
        await host.UntilLines([.. wanted]);
    }

    [Fact]
    public async Task AtItsSizeASegmentIsSealedAndTheNextOneBegins()
    {
        await using var host = new PartitionHost(static settings => settings with
        {
            Files = settings.Files with { Rotation = new RotationSettings(100, RotationPeriod.Never, true) },
        });
        var wanted = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            wanted.Add($"{i} " + new string('x', 120));
            await host.StoreAsync(wanted[^1]);
            await NodeHost.Until(() => host.Segments().Count() > i, $"segment {i} is sealed");
            Assert.Equal("", (await host.Upkeep.ExpectMsgAsync<UpkeepActor.LookAfter>(NodeHost.Patience)).Directory);
        }

        await host.UntilLines([.. wanted]);
        await host.RestartAsync();
        await host.StoreAsync("last");
        await host.UntilLines([.. wanted, "last"]);
    }

    [Theory]
    [InlineData(StoreOperation.Append, "ENOSPC")]
    [InlineData(StoreOperation.Sync, "EIO")]
    [InlineData(StoreOperation.Create, "EACCES")]
    [InlineData(StoreOperation.SyncDirectory, "EIO")]
    public async Task ADiskThatFailsHoldsThePartitionUpAndLosesNothing(StoreOperation operation, string error)
    {
        await using var host = new PartitionHost();
        if (operation != StoreOperation.Create && operation != StoreOperation.SyncDirectory)
        {
            await host.StoreAsync("before");
            await host.UntilJournaled("checkpointed");
        }

        host.Fault(faults => faults.Fail(operation, 1, error, int.MaxValue, bytesFirst: 3));
        await host.StoreAsync("during");
        await NodeHost.Until(() => !host.Setup.Failures.IsEmpty, "the disk has failed");
        host.Send("later");
        var answer = await host.AnswerAsync(host.Next - 1);
        Assert.True(answer.Kind is PartAnswerKind.Later or PartAnswerKind.Stored, answer.ToString());
        host.Next--;
        host.Fault(static faults => faults.Heal());

        await host.StoreAsync("later");
        await host.StoreAsync("after");
        var wanted = new[] { "before", "during", "later", "after" };
        await host.UntilLines(operation is StoreOperation.Create or StoreOperation.SyncDirectory ? wanted[1..] : wanted);
        await NodeHost.Until(() => host.Setup.Failures.IsEmpty, "a checkpoint went through");
    }

    [Fact]
    public async Task ADiskThatFailsAgainAndAgainIsToldOnceAndSoIsThatItWorksAgain()
    {
        await using var host = new PartitionHost();
        var status = host.Node.Probe();
        host.Node.System.EventStream.Subscribe(status, typeof(DiskRefuses));
        host.Node.System.EventStream.Subscribe(status, typeof(DiskTakes));
        host.Fault(static faults => faults.Fail(StoreOperation.Append, 1, "ENOSPC", int.MaxValue));
        await host.StoreAsync("during");
        // One owner for each try.
        await host.UntilJournaled("owned", 3);
        host.Fault(static faults => faults.Heal());
        await host.UntilLines("during");
        var refuses = Assert.IsType<DiskRefuses>(await status.ReceiveOneAsync(NodeHost.Patience));
        Assert.Equal($"partition {PartitionHost.Partition}", refuses.Part);
        Assert.False(refuses.IsWhole);
        Assert.Contains(host.Aggregator.Files.Directory, refuses.Cause, StringComparison.Ordinal);
        Assert.Contains("free space", refuses.Remedy, StringComparison.Ordinal);
        Assert.IsType<DiskTakes>(await status.ReceiveOneAsync(NodeHost.Patience));
    }

    [Fact]
    public async Task APartitionWhoseDiskHasFailedWaitsBeforeItOwnsAndAnswersLaterMeanwhile()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.HandOverAsync();
        // It answers behind its first success, which makes earlier failures forgotten.
        host.SendAs(1, null, "one");
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(1)).Kind);
        // So many tries have failed that the next one is seconds away.
        for (var tries = 0; tries < 6; tries++)
        {
            host.Setup.Failures.Fail(PartitionHost.Partition, "the journal is full");
        }

        await host.HandOverAsync();
        host.Send("two");
        Assert.Equal(PartAnswerKind.Later, (await host.AnswerAsync(2)).Kind);
        Assert.Equal(2, host.Journal().Count(static row => row.Manifest.StartsWith("owned", StringComparison.Ordinal)));
        host.Next = 2;
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
    }

    [Fact]
    public async Task SettledIsAnsweredOnlyBehindAStoredEvent()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        var before = host.Journal()[^1].N;
        host.Entity.Tell(new AskSettled(PartitionHost.Partition, PartitionHost.Origin, 1), host.Gateway);
        var young = await host.Gateway.FishForMessageAsync(static m => m is SettledAnswer, NodeHost.Patience);
        Assert.Equal(0, ((SettledAnswer)young).Settled);
        Assert.True(host.Journal()[^1].N > before);

        SettledAnswer answer = null!;
        await NodeHost.Until(
            () =>
            {
                host.Entity.Tell(new AskSettled(PartitionHost.Partition, PartitionHost.Origin, 1), host.Gateway);
                answer = (SettledAnswer)host.Gateway.FishForMessage(static m => m is SettledAnswer, NodeHost.Patience);
                return answer.Settled is null;
            },
            "all of it is settled");
        Assert.Equal(1, answer.Mark);
    }

    [Fact]
    public async Task SettledIsAnsweredAlsoWhenNothingFollowsTheEventThatWasUnderWay()
    {
        await using var host = new PartitionHost(static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) });
        await host.StoreAsync("one");
        await host.UntilLines("one");
        host.Send("two");
        host.Entity.Tell(new AskSettled(PartitionHost.Partition, PartitionHost.Origin, 2), host.Gateway);
        var answer = (SettledAnswer)await host.Gateway.FishForMessageAsync(static m => m is SettledAnswer, NodeHost.Patience);
        Assert.Equal((0L, 2L), (answer.Settled, answer.Mark));
    }

    [Fact]
    public async Task WhatTheJournalRefusesIsAnsweredLaterAtOnceAndItsMemoryIsGivenBack()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        // Behind it nothing is on its way to the journal that would be refused first.
        await host.UntilJournaled("checkpointed");
        host.Node.Execute(
            host.Node.JournalFile, "CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk'); END");
        var batch = Samples.Batch(PartitionHost.HostName, "two");
        Assert.True(host.Intake.TryKeepInflated(batch));
        host.Entity.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, 2, 1, "edge-1", Samples.Block(PartitionHost.HostName, "two"))
            {
                Records = batch,
            },
            host.Gateway);
        Assert.Equal(PartAnswerKind.Later, (await host.AnswerAsync(2)).Kind);
        await NodeHost.Until(() => batch.Length == 0, "the batch is released");
        AssertNoInflatedIsHeld(host);
    }

    [Fact]
    public async Task AFenceBetweenTwoOwnersLetsOnlyTheLaterOneWrite()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        var paused = host.Entity;
        var other = host.Node.System.ActorOf(PartitionEntity.Props(PartitionHost.Partition, host.Setup));
        await host.UntilJournaled("owned", 2);

        host.Gateway.Watch(paused);
        paused.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, 2, 1, "edge-1", Samples.Block(PartitionHost.HostName, "two")),
            host.Gateway);
        Assert.NotEqual(PartAnswerKind.Stored, (await host.AnswerAsync(2)).Kind);
        await host.Gateway.FishForMessageAsync(static m => m is Terminated, NodeHost.Patience);
        other.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, 2, 1, "edge-1", Samples.Block(PartitionHost.HostName, "two")),
            host.Gateway);
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(2)).Kind);
        await host.UntilLines("one", "two");
    }

    [Theory]
    [InlineData("SUBSTR(message, 1, 3)", ".event")]
    [InlineData("CAST(SUBSTR(message, 1, LENGTH(message) - 1) || x'00' AS BLOB)", ".block")]
    public async Task AnEventThatCannotBeReadIsSetAsideAndThePartitionGoesOn(string damage, string suffix)
    {
        await using var host = new PartitionHost(static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) });
        await host.StoreAsync("one");
        await host.StoreAsync("two");
        await host.StoreAsync("three");
        await host.UntilLines("one", "two", "three");
        var row = host.Journal().Where(static row => row.Manifest == "part-stored/1").ElementAt(1).N;
        await host.RestartAsync(() => host.Node.Execute(
            host.Node.JournalFile, $"UPDATE journal SET message = {damage} WHERE sequence_number = {row}"));

        host.Entity.Tell(new WakePartition(PartitionHost.Partition));
        await host.StoreAsync("four");
        await host.UntilLines("one", "three", "four");
        var aside = Assert.Single(Directory.GetFiles(Path.Combine(host.Aggregator.Files.Directory, PartitionRejects.Directory)));
        Assert.EndsWith($"-{row}{suffix}", aside, StringComparison.Ordinal);
        Assert.Equal(1, host.Node.Ledger[LedgerAccount.Rejected]);
        Assert.Equal(suffix == ".block" ? 1 : 0, host.Node.Ledger[LedgerAccount.Unreadable]);
        Assert.True(host.Setup.Failures.IsEmpty);

        // It is in the journal still, and stands aside once.
        await host.RestartAsync();
        await host.StoreAsync("five");
        await host.UntilLines("one", "three", "four", "five");
        Assert.Equal(1, host.Node.Ledger[LedgerAccount.Rejected]);
    }

    [Fact]
    public async Task WhileNothingCanBeSetAsideThePartitionWaitsAndThenGoesOn()
    {
        await using var host = new PartitionHost(static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) });
        await host.StoreAsync("one");
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
        var row = host.Journal().First(static row => row.Manifest == "part-stored/1").N;
        await host.RestartAsync(() =>
        {
            host.Node.Execute(host.Node.JournalFile, $"UPDATE journal SET message = x'00' WHERE sequence_number = {row}");
            host.Fault(static faults => faults.Fail(ActorLog.Testing.StoreOperation.Create, 1, "ENOSPC", int.MaxValue));
        });
        await NodeHost.Until(() => !host.Setup.Failures.IsEmpty, "the disk has refused");
        host.Fault(static faults => faults.Heal());
        await host.StoreAsync("three");
        await host.UntilLines("two", "three");
        Assert.Single(Directory.GetFiles(Path.Combine(host.Aggregator.Files.Directory, PartitionRejects.Directory)));
    }

    [Fact]
    public async Task AJournalOfANewerProgramIsLeftAsItIsUntilThatIsBack()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        await host.RestartAsync(() => host.Node.Execute(
            host.Node.JournalFile, "UPDATE journal SET manifest = 'part-stored/2' WHERE manifest = 'part-stored/1'"));
        var before = host.Journal();
        var n = host.Send("two");
        var answer = await host.AnswerAsync(n);
        Assert.Equal(PartAnswerKind.Later, answer.Kind);
        Assert.Contains("newer version", answer.Reason, StringComparison.Ordinal);
        Assert.Equal(before, host.Journal());
        host.Next--;

        await host.RestartAsync(() => host.Node.Execute(
            host.Node.JournalFile, "UPDATE journal SET manifest = 'part-stored/1' WHERE manifest = 'part-stored/2'"));
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
    }

    [Fact]
    public async Task ASnapshotOfANewerProgramIsLeftAsItIsUntilThatIsBack()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        await host.RestartAsync(() => host.Node.Execute(
            host.Node.JournalFile,
            "INSERT INTO snapshot SELECT persistence_id, MAX(sequence_number), 0, x'00', 'partition-snapshot/2', 7510 FROM journal"));
        var before = host.Journal();
        var answer = await host.AnswerAsync(host.Send("two"));
        Assert.Equal(PartAnswerKind.Later, answer.Kind);
        Assert.Contains("'partition-snapshot/2' was written by another version", answer.Reason, StringComparison.Ordinal);
        Assert.Equal(before, host.Journal());
        Assert.Equal(["one"], host.Lines());
        host.Next--;

        await host.RestartAsync(() => host.Node.Execute(host.Node.JournalFile, "DELETE FROM snapshot"));
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
    }

    [Fact]
    public async Task ABlockOfANewerProgramInTheJournalIsNotSetAside()
    {
        await using var host = new PartitionHost(static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) });
        await host.StoreAsync("one");
        await host.UntilLines("one");
        var row = host.Journal().First(static row => row.Manifest == "part-stored/1").N;
        await host.RestartAsync(() => host.Node.Execute(
            host.Node.JournalFile, host.UpdateOf(row, Samples.NewerBlock(PartitionHost.HostName, "one"))));
        var before = host.Journal();
        var answer = await host.AnswerAsync(host.Send("two"));
        Assert.Equal(PartAnswerKind.Later, answer.Kind);
        Assert.Contains("version 2 of the block", answer.Reason, StringComparison.Ordinal);
        Assert.Equal(before, host.Journal());
        Assert.False(Directory.Exists(Path.Combine(host.Aggregator.Files.Directory, PartitionRejects.Directory)));
        host.Next--;

        await host.RestartAsync(() => host.Node.Execute(
            host.Node.JournalFile, host.UpdateOf(row, Samples.Block(PartitionHost.HostName, "one"))));
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
    }

    [Fact]
    public async Task ABlockThatANewerGatewayTookIsAnsweredWithLater()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        host.SendBlock(2, Samples.NewerBlock(PartitionHost.HostName, "two"));
        var answer = await host.AnswerAsync(2);
        Assert.Equal(PartAnswerKind.Later, answer.Kind);
        Assert.Contains("upgrade this node", answer.Reason, StringComparison.Ordinal);
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
    }

    [Fact]
    public async Task WithMemoryForOnePartAtATimeABacklogIsWrittenToTheEnd()
    {
        await using var host = new PartitionHost(
            static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) },
            arrange: static setup => setup with { Unwritten = new ByteBudget(1) });
        string[] lines = [.. Enumerable.Range(0, 30).Select(static i => $"line {i}")];
        foreach (var line in lines)
        {
            await host.StoreAsync(line);
        }

        await host.RestartAsync();
        Assert.Equal(lines.Length, host.Journal().Count(static row => row.Manifest == "part-stored/1"));
        await host.StoreAsync("last");
        await host.UntilLines([.. lines, "last"]);
        await NodeHost.Until(() => host.Setup.Unwritten.Bytes == 0, "nothing waits for the disk");
    }

    [Fact]
    public async Task WithRoomForOneUncheckpointedPartEachWaitsForTheCheckpointOfTheOneBefore()
    {
        await using var host = new PartitionHost(
            static settings => settings with { CheckpointEvery = TimeSpan.FromHours(1) },
            arrange: static setup => setup with { Uncheckpointed = new ByteBudget(1) });
        string[] lines = [.. Enumerable.Range(0, 5).Select(static i => $"line {i}")];
        foreach (var line in lines)
        {
            await host.StoreAsync(line);
        }

        await host.UntilLines(lines);
        var parts = host.Journal().Select(static row => row.Manifest)
            .Where(static manifest => manifest is "part-stored/1" or "checkpointed/1").ToList();
        Assert.DoesNotContain(
            parts.Zip(parts.Skip(1)), static pair => pair is ("part-stored/1", "part-stored/1"));
    }

    [Fact]
    public async Task APartitionThatEndsGivesBackThePermitToDelete()
    {
        await using var host = new PartitionHost();
        await host.Setup.DeletePermit.WaitAsync();
        var cleaning = new PartitionCleaning(host.Setup, "partition-1", host.Upkeep);
        cleaning.OnSaved(new Akka.Persistence.SaveSnapshotSuccess(new("partition-1", 5, DateTime.UnixEpoch)), host.Gateway);
        cleaning.Dispose();
        host.Setup.DeletePermit.Release();
        await NodeHost.Until(() => host.Setup.DeletePermit.CurrentCount == 1, "the permit that nobody waits for any more is free");

        var holding = new PartitionCleaning(host.Setup, "partition-1", host.Upkeep);
        holding.OnSaved(new Akka.Persistence.SaveSnapshotSuccess(new("partition-1", 5, DateTime.UnixEpoch)), host.Gateway);
        await host.Gateway.FishForMessageAsync(static m => m is DeletePermitted, NodeHost.Patience);
        Assert.Equal(0, host.Setup.DeletePermit.CurrentCount);
        holding.Dispose();
        holding.Dispose();
        Assert.Equal(1, host.Setup.DeletePermit.CurrentCount);
    }

    private static void AssertNoInflatedIsHeld(PartitionHost host)
    {
        var batches = Enumerable.Range(0, ActorLog.Node.Receiving.IntakeBudget.InflatedMax)
            .Select(static _ => Samples.Batch("web-1", "x")).ToArray();
        Assert.All(batches, batch => Assert.True(host.Intake.TryKeepInflated(batch)));
        GC.KeepAlive(batches);
    }
}
