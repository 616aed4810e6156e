using System.Net;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Hosting;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using Akka.Actor;

namespace ActorLog.Node.Tests.Forwarding;

/// <summary>The forwarder and a gateway that the test plays, over a real spool.</summary>
public sealed class ForwarderTests
{
    [Fact]
    public async Task ItGreetsOpensAndSendsInOrder()
    {
        await using var edge = new ForwardingHost();
        await using var gateway = await edge.Gateway.AcceptAsync();
        Assert.Equal(("edge-1", 16, ""), (gateway.Hello.Edge, gateway.Hello.Slots, gateway.Hello.JournalId));
        await edge.SpoolAsync("one", "two");
        await edge.SpoolAsync("three");

        var open = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal(0, open.Floor);
        Assert.Equal((open.Stream, 1, "one"), await gateway.ReadBatchAsync());
        Assert.Equal((open.Stream, 2, "two"), await gateway.ReadBatchAsync());
        Assert.Equal((open.Stream, 3, "three"), await gateway.ReadBatchAsync());

        Assert.False(await edge.IsDrainedAsync());
        gateway.Send(new DeliveryFrame.Ack(open.Stream, 3, 0));
        await NodeHost.Until(() => edge.IsDrainedAsync().Result, "all is stored");
        Assert.Equal(3, edge.Host.Ledger[LedgerAccount.Stored]);
        Assert.Equal(3, edge.Rows());

        gateway.Send(new DeliveryFrame.Ack(open.Stream, 3, 2));
        await NodeHost.Until(() => edge.Rows() == 1, "what is settled is forgotten");
    }

    [Fact]
    public async Task ItSendsNoMoreThanTheWindowAndReadsTheRestBackFromTheSpool()
    {
        var block = Samples.Block("web-1", "number 10");
        await using var edge = new ForwardingHost(settings => settings with { WindowBytes = (block.Length * 3) + 1 });
        for (var i = 10; i < 40; i++)
        {
            await edge.SpoolAsync($"number {i}");
        }

        await using var gateway = await edge.Gateway.AcceptAsync();
        var open = await gateway.ReadAsync<DeliveryFrame.Open>();
        for (var n = 1; n <= 30; n += 3)
        {
            for (var i = n; i < n + 3; i++)
            {
                Assert.Equal((open.Stream, i, $"number {i + 9}"), await gateway.ReadBatchAsync());
            }

            await gateway.ExpectNothingAsync();
            gateway.Send(new DeliveryFrame.Ack(open.Stream, n + 2, 0));
        }

        await NodeHost.Until(() => edge.IsDrainedAsync().Result, "all is stored");
    }

    [Fact]
    public async Task ARewindMakesItOpenAnewFromWhatIsStored()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one", "two", "three");
        await using var gateway = await edge.Gateway.AcceptAsync();
        var first = await gateway.ReadAsync<DeliveryFrame.Open>();
        for (var i = 0; i < 3; i++)
        {
            await gateway.ReadBatchAsync();
        }

        gateway.Send(new DeliveryFrame.Ack(first.Stream, 1, 0));
        gateway.Send(new DeliveryFrame.Rewind(first.Stream, "test", 10));
        // What the gateway said of the old stream and comes late says nothing.
        gateway.Send(new DeliveryFrame.Ack(first.Stream, 3, 3));
        var second = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal((first.Origin, 1), (second.Origin, second.Floor));
        Assert.NotEqual(first.Stream, second.Stream);
        Assert.Equal((second.Stream, 2, "two"), await gateway.ReadBatchAsync());
        Assert.Equal((second.Stream, 3, "three"), await gateway.ReadBatchAsync());
        Assert.Equal(3, edge.Rows());
    }

    [Fact]
    public async Task AfterALostConnectionItSendsAgainWhatIsNotStored()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one", "two", "three");
        await using (var gateway = await edge.Gateway.AcceptAsync())
        {
            var open = await gateway.ReadAsync<DeliveryFrame.Open>();
            await gateway.ReadBatchAsync();
            await gateway.ReadBatchAsync();
            await gateway.ReadBatchAsync();
            gateway.Send(new DeliveryFrame.Ack(open.Stream, 2, 1));
            await NodeHost.Until(() => edge.Rows() == 2, "the ack is known");
        }

        await using var again = await edge.Gateway.AcceptAsync();
        Assert.Equal("journal-1", again.Hello.JournalId);
        var anew = await again.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal(2, anew.Floor);
        Assert.Equal((anew.Stream, 3, "three"), await again.ReadBatchAsync());
        await again.ExpectNothingAsync();
    }

    [Fact]
    public async Task ItMovesToTheOwnerAndGoesOnThereFromWhatIsStored()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one", "two");
        var owner = new DnsEndPoint("aggregator-1.example", 6514);
        await using var gateway = await edge.Gateway.AcceptAsync();
        var open = await gateway.ReadAsync<DeliveryFrame.Open>();
        await gateway.ReadBatchAsync();
        await gateway.ReadBatchAsync();
        gateway.Send(new DeliveryFrame.Ack(open.Stream, 1, 0));
        gateway.Send(new DeliveryFrame.Owner(owner));

        await using var there = await edge.Gateway.AcceptAsync();
        Assert.Equal(owner, edge.Gateway.MovedTo);
        var anew = await there.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal(1, anew.Floor);
        Assert.Equal((anew.Stream, 2, "two"), await there.ReadBatchAsync());
    }

    [Theory]
    [InlineData("journal-2", "1")]
    [InlineData("journal-1", "2")]
    public async Task AJournalThatChangedIsFedFromWhatIsSettled(string journal, string timeline)
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one", "two", "three", "four");
        await using (var gateway = await edge.Gateway.AcceptAsync())
        {
            var open = await gateway.ReadAsync<DeliveryFrame.Open>();
            gateway.Send(new DeliveryFrame.Ack(open.Stream, 3, 1));
            await NodeHost.Until(() => edge.Rows() == 3, "the ack is known");
        }

        await using var other = await edge.Gateway.AcceptAsync(journal, timeline);
        var anew = await other.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal(1, anew.Floor);
        Assert.Equal((anew.Stream, 2, "two"), await other.ReadBatchAsync());
        Assert.Equal((anew.Stream, 3, "three"), await other.ReadBatchAsync());
        Assert.Equal((anew.Stream, 4, "four"), await other.ReadBatchAsync());
    }

    [Fact]
    public async Task WhatEarlierRunsLeftGoesFirstAndTheNextRunFollowsWhenItIsStored()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("old 1", "old 2");
        await edge.RestartAsync();
        await edge.SpoolAsync("new 1");

        await using var gateway = await edge.Gateway.AcceptAsync();
        var old = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal((old.Stream, 1, "old 1"), await gateway.ReadBatchAsync());
        Assert.Equal((old.Stream, 2, "old 2"), await gateway.ReadBatchAsync());
        await gateway.ExpectNothingAsync();
        gateway.Send(new DeliveryFrame.Ack(old.Stream, 1, 0));
        await gateway.ExpectNothingAsync();

        gateway.Send(new DeliveryFrame.Ack(old.Stream, 2, 0));
        var current = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.NotEqual(old.Origin, current.Origin);
        Assert.Equal((current.Stream, 1, "new 1"), await gateway.ReadBatchAsync());

        gateway.Send(new DeliveryFrame.Ack(old.Stream, 2, 2));
        await NodeHost.Until(() => edge.Rows() == 1, "the old run is forgotten");
    }

    [Fact]
    public async Task ARefusalIsToldAndTriedAgain()
    {
        await using var edge = new ForwardingHost();
        await using (var gateway = await edge.Gateway.AcceptAsync(welcomeFrom: null))
        {
            gateway.Send(new DeliveryFrame.Refused("not this name", true));
            var down = (ForwarderDown)await edge.Status.FishForMessageAsync(static m => m is ForwarderDown, NodeHost.Patience);
            Assert.Contains("not this name", down.Why, StringComparison.Ordinal);
            await NodeHost.Until(() => gateway.IsOver, "the connection is closed");
        }

        await using var again = await edge.Gateway.AcceptAsync();
        await edge.Status.FishForMessageAsync(static m => m is ForwarderUp, NodeHost.Patience);
    }

    [Fact]
    public async Task AGatewayThatIsSilentIsLeft()
    {
        await using var edge = new ForwardingHost(settings => settings with { AckTimeout = TimeSpan.FromSeconds(1) });
        await edge.SpoolAsync("one");
        await using var silent = await edge.Gateway.AcceptAsync();
        await silent.ReadAsync<DeliveryFrame.Open>();
        await using var next = await edge.Gateway.AcceptAsync();
        Assert.Equal((1u + 1, 1, "one"), ((await next.ReadAsync<DeliveryFrame.Open>()).Stream, 1, (await next.ReadBatchAsync()).Text));
        await NodeHost.Until(() => silent.IsOver, "the silent one is closed");
    }

    [Fact]
    public async Task AnAckOfWhatWasNotSentEndsTheConnection()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one");
        await using var liar = await edge.Gateway.AcceptAsync();
        var open = await liar.ReadAsync<DeliveryFrame.Open>();
        await liar.ReadBatchAsync();
        liar.Send(new DeliveryFrame.Ack(open.Stream, 2, 0));
        await using var next = await edge.Gateway.AcceptAsync();
        Assert.Equal(0, (await next.ReadAsync<DeliveryFrame.Open>()).Floor);
        Assert.Equal(1, edge.Rows());
    }

    [Fact]
    public async Task AGatewayThatCannotBeReachedIsTriedAgainAndNothingIsForgotten()
    {
        await using var edge = new ForwardingHost();
        edge.Gateway.Refusal = new IOException("nobody there");
        await NodeHost.Until(() => edge.Gateway.Attempts > 3, "it was tried some times");
        await edge.SpoolAsync("one");
        edge.Gateway.Refusal = null;
        while (true)
        {
            await using var gateway = await edge.Gateway.AcceptAsync();
            if (!gateway.IsOver)
            {
                await gateway.ReadAsync<DeliveryFrame.Open>();
                Assert.Equal("one", (await gateway.ReadBatchAsync()).Text);
                return;
            }
        }
    }

    [Fact]
    public async Task ARunThatFailedIsEndedAndTheNextOneFollows()
    {
        await using var edge = new ForwardingHost();
        await using var gateway = await edge.Gateway.AcceptAsync();
        await edge.SpoolAsync("one");
        var first = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal((first.Stream, 1, "one"), await gateway.ReadBatchAsync());

        edge.Host.Execute(edge.Host.SpoolFile, "CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk'); END");
        var failing = edge.SpoolAsync("two");
        await NodeHost.Until(() => !edge.HasWriter, "the writer has failed");
        edge.Host.Execute(edge.Host.SpoolFile, "DROP TRIGGER broken");
        await failing;
        gateway.Send(new DeliveryFrame.Ack(first.Stream, 1, 0));
        var second = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.NotEqual(first.Origin, second.Origin);
        Assert.Equal((second.Stream, 1, "two"), await gateway.ReadBatchAsync());
    }

    [Theory]
    [InlineData("= 2", "1 3 4")]
    [InlineData("IN (1, 2)", "3 4")]
    [InlineData(">= 3", "1 2")]
    public async Task WhatTheSpoolHasLostIsPassedOver(string lost, string found)
    {
        // A window of one block: the others are read back.
        await using var edge = new ForwardingHost(static settings => settings with { WindowBytes = 1 });
        await edge.SpoolAsync("1", "2", "3", "4");
        var left = Assert.Single(edge.Host.Spool.Leftovers());
        await edge.Host.RestartAsync();
        edge.Host.Execute(edge.Host.SpoolFile, $"DELETE FROM journal WHERE sequence_number {lost}");
        var script = new ScriptedGateway();
        var forwarder = edge.Forwarder(script);
        forwarder.Tell(new OriginLeft(left.Origin, left.First, left.Last));
        forwarder.Tell(new OriginStarted("edge-1/next"), edge.Host.Probe());
        forwarder.Tell(new BlocksSpooled("edge-1/next", 1, [Samples.Block("web-1", "next")]));

        await using var gateway = await script.AcceptAsync();
        Assert.Equal($"{found} next", await TextsUntilAsync(gateway, "next"));
    }

    [Theory]
    [InlineData("x'00'", "1 3 4")]
    [InlineData("CAST(SUBSTR(message, 1, LENGTH(message) - 1) || x'00' AS BLOB)", "1 3 4")]
    public async Task ABlockThatIsDamagedInTheSpoolIsSetAsideAndTheOthersGoOn(string damage, string found)
    {
        await using var edge = new ForwardingHost(static settings => settings with { WindowBytes = 1 });
        await edge.SpoolAsync("1", "2", "3", "4");
        await edge.RestartAsync();
        edge.Host.Execute(edge.Host.SpoolFile, $"UPDATE journal SET message = {damage} WHERE sequence_number = 2");
        var damaged = edge.Host.Spool.Read(edge.Host.Spool.Leftovers()[0].Origin, 1, 1)[0].Block;
        await edge.SpoolAsync("next");

        await using var gateway = await edge.Gateway.AcceptAsync();
        Assert.Equal($"{found} next", await TextsUntilAsync(gateway, "next"));
        Assert.Equal(damaged, File.ReadAllBytes(Assert.Single(edge.Aside())));
        Assert.EndsWith("-2.block", edge.Aside()[0], StringComparison.Ordinal);
        Assert.Equal((1, 1), (edge.Host.Ledger[DropReason.Refused], edge.Host.Ledger[LedgerAccount.Rejected]));
        await NodeHost.Until(() => edge.IsDrainedAsync().Result, "all is stored");
    }

    [Fact]
    public async Task ABlockThatTheGatewayRefusesIsSetAsideAndItsNumberSkipped()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one", "poison", "three");
        await using var gateway = await edge.Gateway.AcceptAsync();
        var first = await gateway.ReadAsync<DeliveryFrame.Open>();
        for (var i = 0; i < 3; i++)
        {
            await gateway.ReadBatchAsync();
        }

        gateway.Send(new DeliveryFrame.Ack(first.Stream, 1, 0));
        gateway.Send(new DeliveryFrame.BlockRefused(first.Stream, 2, "a test"));
        var second = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal((first.Origin, 1), (second.Origin, second.Floor));
        // It is said to hold nothing only when it stands aside.
        Assert.Equal(new DeliveryFrame.Skip(second.Stream, 2, 2), await gateway.ReadAsync<DeliveryFrame.Skip>());
        Assert.Equal(["poison"], Samples.Messages(File.ReadAllBytes(Assert.Single(edge.Aside()))));
        Assert.Equal((second.Stream, 3, "three"), await gateway.ReadBatchAsync());
        await edge.SpoolAsync("four");
        Assert.Equal((second.Stream, 4, "four"), await gateway.ReadBatchAsync());

        gateway.Send(new DeliveryFrame.Ack(second.Stream, 4, 4));
        await NodeHost.Until(() => edge.Rows() == 0, "all is forgotten");
        await NodeHost.Until(() => edge.Host.Ledger[LedgerAccount.Settled] == 3, "what was refused is not called settled");
        Assert.Equal((3, 1), (edge.Host.Ledger[LedgerAccount.Stored], edge.Host.Ledger[DropReason.Refused]));
        var balance = Balance.Of(edge.Host.Ledger);
        Assert.Equal((0, 0), (balance.Unstored, balance.Unsettled));
    }

    [Fact]
    public async Task AFolderThatTakesNothingHoldsUpNothing()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("poison", "two");
        // Something else stands where the file would be made.
        await using var gateway = await edge.Gateway.AcceptAsync();
        var first = await gateway.ReadAsync<DeliveryFrame.Open>();
        var name = Path.Combine(edge.Host.RejectedPath, RejectedFolder.NameOf(first.Origin, 1) + ".part");
        Directory.CreateDirectory(name);
        await gateway.ReadBatchAsync();
        await gateway.ReadBatchAsync();
        gateway.Send(new DeliveryFrame.BlockRefused(first.Stream, 1, "a test"));
        var second = await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal(new DeliveryFrame.Skip(second.Stream, 1, 1), await gateway.ReadAsync<DeliveryFrame.Skip>());
        Assert.Equal((second.Stream, 2, "two"), await gateway.ReadBatchAsync());
        Assert.Equal(1, edge.Host.Ledger[LedgerAccount.RejectedNotKept]);
        Assert.Equal(1, edge.Host.Ledger[DropReason.Refused]);
    }

    [Fact]
    public async Task AGatewayThatRefusesAllGetsNothingTwiceAndAllStandsAside()
    {
        await using var edge = new ForwardingHost(static settings => settings with { WindowBytes = 1 });
        for (var i = 1; i <= 20; i++)
        {
            await edge.SpoolAsync($"{i}");
        }

        await using var gateway = await edge.Gateway.AcceptAsync();
        for (var refused = 0; refused < 20;)
        {
            switch (await gateway.ReadAsync())
            {
                case DeliveryFrame.Batch batch:
                    Assert.Equal(++refused, batch.N);
                    gateway.Send(new DeliveryFrame.BlockRefused(batch.Stream, batch.N, "a test"));
                    break;
                case DeliveryFrame.Skip skip:
                    gateway.Send(new DeliveryFrame.Ack(skip.Stream, skip.Through, 0));
                    break;
            }
        }

        await NodeHost.Until(() => edge.Aside().Length == 20 && edge.Host.Ledger[DropReason.Refused] == 20, "all stand aside");
    }

    [Fact]
    public async Task ARefusalOfWhatWasNotSentEndsTheConnection()
    {
        await using var edge = new ForwardingHost();
        await edge.SpoolAsync("one");
        await using var liar = await edge.Gateway.AcceptAsync();
        var open = await liar.ReadAsync<DeliveryFrame.Open>();
        await liar.ReadBatchAsync();
        liar.Send(new DeliveryFrame.BlockRefused(open.Stream, 2, "a lie"));
        await using var next = await edge.Gateway.AcceptAsync();
        await next.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal("one", (await next.ReadBatchAsync()).Text);
        Assert.Empty(edge.Aside());
    }

    [Theory]
    [InlineData(2, 2, 2)]
    [InlineData(2, 3, 2)]
    [InlineData(2, 3, 3)]
    public async Task ItSaysWhatItSpeaksAndGoesOnWithWhatTheAggregatorChooses(int oldest, int newest, int chosen)
    {
        await using var edge = new ForwardingHost(speaks: new(oldest, newest));
        await edge.SpoolAsync("one");
        await using var gateway = await edge.Gateway.AcceptAsync(version: chosen);
        Assert.Equal((oldest, newest), (gateway.Hello.Oldest, gateway.Hello.Version));
        await gateway.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal("one", (await gateway.ReadBatchAsync()).Text);
    }

    [Theory]
    [InlineData(2, "the edge speaks protocol 3 to 4 and the aggregator 2: upgrade the aggregator")]
    [InlineData(5, "the edge speaks protocol 3 to 4 and the aggregator 5: upgrade the edge")]
    public async Task AnAggregatorThatChoosesWhatItDoesNotSpeakIsFedNothing(int chosen, string why)
    {
        await using var edge = new ForwardingHost(speaks: new(3, 4));
        await edge.SpoolAsync("one");
        await using (var gateway = await edge.Gateway.AcceptAsync(version: chosen))
        {
            var down = (ForwarderDown)await edge.Status.FishForMessageAsync(static m => m is ForwarderDown, NodeHost.Patience);
            Assert.Contains(why, down.Why, StringComparison.Ordinal);
        }

        await using var upgraded = await edge.Gateway.AcceptAsync(version: 4);
        await upgraded.ReadAsync<DeliveryFrame.Open>();
        Assert.Equal("one", (await upgraded.ReadBatchAsync()).Text);
    }

    [Fact]
    public async Task ABlockOfANewerProgramStaysInTheSpoolUntilAnAggregatorTakesIt()
    {
        await using var edge = new ForwardingHost();
        var block = Samples.NewerBlock("web-1", "one");
        await edge.SpoolAsync(block);
        await using (var older = await edge.Gateway.AcceptAsync())
        {
            await older.ReadAsync<DeliveryFrame.Open>();
            await older.ReadAsync<DeliveryFrame.Batch>();
            older.Send(new DeliveryFrame.Refused("it is of a newer program", Retry: true));
            await edge.Status.FishForMessageAsync(static m => m is ForwarderDown down && down.Why.Contains("newer program", StringComparison.Ordinal), NodeHost.Patience);
        }

        // The next run reads it back from the spool.
        await edge.RestartAsync();
        await using var newer = await edge.Gateway.AcceptAsync();
        await newer.ReadAsync<DeliveryFrame.Open>();
        var batch = await newer.ReadAsync<DeliveryFrame.Batch>();
        Assert.Equal(block.Length, batch.Block.Length);
        Assert.Equal(2, batch.Block.Span[4]);
        Assert.Empty(edge.Aside());
    }

    private static async Task<string> TextsUntilAsync(ScriptedGateway.Connection gateway, string last)
    {
        var texts = new List<string>();
        while (!texts.Contains(last))
        {
            switch (await gateway.ReadAsync())
            {
                case DeliveryFrame.Batch batch:
                    texts.AddRange(Samples.Messages(batch.Block.Span));
                    gateway.Send(new DeliveryFrame.Ack(batch.Stream, batch.N, 0));
                    break;
                case DeliveryFrame.Skip skip:
                    gateway.Send(new DeliveryFrame.Ack(skip.Stream, skip.Through, 0));
                    break;
            }
        }

        return string.Join(' ', texts);
    }
}
