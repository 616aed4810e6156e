using ActorLog.Node.Hosting;
using ActorLog.Node.Spooling;
using Akka.Actor;
using Akka.TestKit;

namespace ActorLog.Node.Tests.Spooling;

/// <summary>The spool over a real database: nothing is lost or doubled, whatever its writer goes through.</summary>
public sealed class SpoolTests
{
    [Fact]
    public async Task WhatIsSaidToBeSpooledIsInTheDatabase()
    {
        await using var host = new NodeHost();
        var (spool, forwarder) = Start(host);
        var origin = (await Told<OriginStarted>(forwarder)).Origin;

        var first = Ask(spool, "one", "two");
        Assert.Equal(SpoolOutcome.Spooled, await first.Outcome.Task.WaitAsync(NodeHost.Patience));
        Assert.Equal(["one", "two"], Stored(host));

        var told = await Told<BlocksSpooled>(forwarder);
        Assert.Equal((origin, 1L, 2), (told.Origin, told.First, told.Blocks.Count));
        Assert.Equal(2, host.Ledger[LedgerAccount.Spooled]);

        await Ask(spool, "three").Outcome.Task.WaitAsync(NodeHost.Patience);
        Assert.Equal(3, (await Told<BlocksSpooled>(forwarder)).First);
    }

    [Fact]
    public async Task AWriterThatFailsIsReplacedAndNothingIsLostOrDoubled()
    {
        await using var host = new NodeHost();
        var (spool, forwarder) = Start(host);
        var origin = (await Told<OriginStarted>(forwarder)).Origin;
        await Ask(spool, "before").Outcome.Task.WaitAsync(NodeHost.Patience);

        host.Execute(host.SpoolFile, "CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk'); END");
        var failing = Enumerable.Range(0, 5).Select(i => Ask(spool, $"failing {i}a", $"failing {i}b")).ToArray();
        var closed = await Told<OriginClosed>(forwarder);
        Assert.Equal((origin, 1L), (closed.Origin, closed.Last));
        Assert.All(failing, request => Assert.False(request.Outcome.Task.IsCompleted));
        host.Execute(host.SpoolFile, "DROP TRIGGER broken");

        foreach (var request in failing)
        {
            Assert.Equal(SpoolOutcome.Spooled, await request.Outcome.Task.WaitAsync(NodeHost.Patience));
        }

        var wanted = new[] { "before" }.Concat(Enumerable.Range(0, 5).SelectMany(i => new[] { $"failing {i}a", $"failing {i}b" }));
        Assert.Equal(wanted, Stored(host));
        Assert.Equal(11, host.Ledger[LedgerAccount.Spooled]);
    }

    [Fact]
    public async Task ADiskThatRefusesIsToldOnceAndSoIsThatItTakesAgain()
    {
        await using var host = new NodeHost();
        var status = host.Probe();
        host.System.EventStream.Subscribe(status, typeof(DiskRefuses));
        host.System.EventStream.Subscribe(status, typeof(DiskTakes));
        var (spool, forwarder) = Start(host);
        await Told<OriginStarted>(forwarder);
        host.Execute(host.SpoolFile, "CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk'); END");
        var request = Ask(spool, "one");
        for (var tries = 0; tries < 3; tries++)
        {
            await Told<OriginClosed>(forwarder);
        }

        host.Execute(host.SpoolFile, "DROP TRIGGER broken");
        await request.Outcome.Task.WaitAsync(NodeHost.Patience);
        var refuses = Assert.IsType<DiskRefuses>(await status.ReceiveOneAsync(NodeHost.Patience));
        Assert.Equal("spool", refuses.Part);
        Assert.True(refuses.IsWhole);
        Assert.Contains(host.Settings.Spool.Path, refuses.Cause, StringComparison.Ordinal);
        Assert.Contains(host.Settings.Spool.Path, refuses.Remedy, StringComparison.Ordinal);
        Assert.IsType<DiskTakes>(await status.ReceiveOneAsync(NodeHost.Patience));
    }

    [Fact]
    public async Task AWriteThatWasOnlyLateIsNotWrittenAgain()
    {
        await using var host = new NodeHost();
        var (spool, forwarder) = Start(host);
        var origin = (await Told<OriginStarted>(forwarder)).Origin;
        await Ask(spool, "before").Outcome.Task.WaitAsync(NodeHost.Patience);

        // The writer fails, the run cannot be closed yet, and what was written stands there after all.
        host.Execute(host.SpoolFile, "ALTER TABLE journal RENAME TO away");
        var late = Ask(spool, "late");
        var never = Ask(spool, "never");
        await NodeHost.Until(() => !HasWriter(spool), "the writer has failed");
        host.Execute(
            host.SpoolFile,
            $"INSERT INTO away (created, deleted, persistence_id, sequence_number, message) VALUES (0, 0, '{origin}', 2, x'{Convert.ToHexString(late.Blocks[0])}')");
        host.Execute(host.SpoolFile, "ALTER TABLE away RENAME TO journal");

        Assert.Equal(SpoolOutcome.Spooled, await late.Outcome.Task.WaitAsync(NodeHost.Patience));
        Assert.Equal(SpoolOutcome.Spooled, await never.Outcome.Task.WaitAsync(NodeHost.Patience));
        Assert.Equal(2, (await Told<OriginClosed>(forwarder)).Last);
        Assert.Equal(["before", "late", "never"], Stored(host));
    }

    [Fact]
    public async Task AtItsLimitItDropsWhatComesAndCountsIt()
    {
        var block = Samples.Block("web-1", "a record of some length");
        await using var host = new NodeHost(
            settings => settings with { Spool = settings.Spool with { BytesMax = (block.Length * 2) + 1 } });
        var (spool, forwarder) = Start(host);
        var origin = (await Told<OriginStarted>(forwarder)).Origin;

        var outcomes = new List<SpoolOutcome>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add(await Ask(spool, "a record of some length").Outcome.Task.WaitAsync(NodeHost.Patience));
        }

        Assert.Equal([SpoolOutcome.Spooled, SpoolOutcome.Spooled, SpoolOutcome.Full], outcomes);
        Assert.Equal(1, host.Ledger[DropReason.SpoolFull]);

        spool.Tell(new OriginSettled(origin, 1), forwarder);
        await NodeHost.Until(() => Stored(host).Count == 1, "what is settled is forgotten");
        await NodeHost.Until(
            () => Ask(spool, "a record of some length").Outcome.Task.WaitAsync(NodeHost.Patience).Result == SpoolOutcome.Spooled,
            "there is room again");
        Assert.Equal(2, Stored(host).Count);
    }

    [Fact]
    public async Task WhatEarlierRunsLeftIsAnnouncedBeforeTheNewRunAndCountsToTheLimit()
    {
        var block = Samples.Block("web-1", "left");
        await using var host = new NodeHost(
            settings => settings with { Spool = settings.Spool with { BytesMax = (block.Length * 3) + 1 } });
        var (spool, forwarder) = Start(host);
        var first = (await Told<OriginStarted>(forwarder)).Origin;
        for (var i = 0; i < 3; i++)
        {
            await Ask(spool, "left").Outcome.Task.WaitAsync(NodeHost.Patience);
        }

        spool.Tell(new OriginSettled(first, 1), forwarder);
        await NodeHost.Until(() => Stored(host).Count == 2, "the first row is forgotten");
        await host.RestartAsync();

        (spool, forwarder) = Start(host);
        var left = await Told<OriginLeft>(forwarder);
        Assert.Equal((first, 2L, 3L), (left.Origin, left.First, left.Last));
        Assert.NotEqual(first, (await Told<OriginStarted>(forwarder)).Origin);
        Assert.Equal(SpoolOutcome.Spooled, await Ask(spool, "left").Outcome.Task.WaitAsync(NodeHost.Patience));
        Assert.Equal(SpoolOutcome.Full, await Ask(spool, "left").Outcome.Task.WaitAsync(NodeHost.Patience));
    }

    private static (IActorRef Spool, TestProbe Forwarder) Start(NodeHost host)
    {
        var forwarder = host.Probe();
        var spool = host.System.ActorOf(
            SpoolActor.Props(host.Settings.Spool, host.Settings.Name, host.Spool, host.Ledger, forwarder), "spool");
        return (spool, forwarder);
    }

    private static SpoolBlocks Ask(IActorRef spool, params string[] messages)
    {
        var request = new SpoolBlocks(
            [.. messages.Select(message => Samples.Block("web-1", message))], messages.Length,
            new(TaskCreationOptions.RunContinuationsAsynchronously));
        spool.Tell(request);
        return request;
    }

    private static async Task<T> Told<T>(TestProbe probe) =>
        (T)await probe.FishForMessageAsync(static message => message is T, NodeHost.Patience);

    private static List<string> Stored(NodeHost host) =>
        [.. host.Spool.Leftovers().SelectMany(run => host.Spool.Read(run.Origin, 0, long.MaxValue))
            .SelectMany(row => Samples.Messages(row.Block))];

    private static bool HasWriter(IActorRef spool) => ((ActorRefWithCell)spool).Children.Any();
}
