using System.Net;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;
using Akka.Actor;
using Akka.TestKit;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>One connection of a gateway: the test is the edge at its other end, and the partitions behind it.</summary>
public sealed class EdgeConnectionTests
{
    [Fact]
    public async Task ABatchGoesToItsPartitionAndIsAcknowledgedWhenThatHasStoredIt()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 4));
        var block = Samples.Block("web-1", "one");
        door.Edge.Send(new DeliveryFrame.Batch(1, 5, block));
        door.Edge.Send(new DeliveryFrame.Batch(1, 6, Samples.Block("web-2", "two")));
        door.Edge.Send(new DeliveryFrame.Batch(1, 7, Samples.Block("web-1", "three")));

        var parts = await door.PartsAsync(3);
        Assert.Equal(
            [(Samples.SlotOf("web-1"), 5L, (long?)null), (Samples.SlotOf("web-2"), 6, null), (Samples.SlotOf("web-1"), 7, 5)],
            parts.Select(static part => (part.Partition, part.N, part.Prev)));
        Assert.Equal(block, parts[0].Block.ToArray());
        Assert.All(parts, static part => Assert.Equal(("edge-1/run", "edge-1"), (part.Origin, part.Edge)));

        await door.Edge.ExpectNothingAsync();
        door.Answer(parts[1], PartAnswerKind.Stored);
        await door.Edge.ExpectNothingAsync();
        door.Answer(parts[0], PartAnswerKind.Stored);
        Assert.Equal(new DeliveryFrame.Ack(1, 6, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
        door.Answer(parts[2], PartAnswerKind.Stored);
        Assert.Equal(new DeliveryFrame.Ack(1, 7, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
    }

    [Fact]
    public async Task AStreamWithAGapIsRewound()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "one")));
        door.Edge.Send(new DeliveryFrame.Batch(1, 3, Samples.Block("web-1", "three")));
        Assert.Equal(1u, (await door.Edge.ReadAsync<DeliveryFrame.Rewind>()).Stream);
        // What was under way on that stream is ignored.
        door.Edge.Send(new DeliveryFrame.Batch(1, 2, Samples.Block("web-1", "two")));
        var part = Assert.Single(await door.PartsAsync(1));
        door.Answer(part, PartAnswerKind.Stored);
        await door.Edge.ExpectNothingAsync();
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task AnotherHistoryOfTheJournalEndsTheConnection()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "one")));
        Assert.Equal("1", Assert.Single(await door.PartsAsync(1)).Timeline);
        door.Publish(new JournalChanged("1"));
        await door.Edge.ExpectNothingAsync();
        door.Publish(new JournalChanged("2"));
        await door.ExpectEndAsync();
    }

    [Fact]
    public async Task APartitionOfAnotherHistoryMakesTheGatewayLook()
    {
        await using var door = new Door();
        var looks = door.Listen<LookAtJournal>();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "one")));
        var part = Assert.Single(await door.PartsAsync(1));
        door.Connection.Tell(new PartAnswer(part.Partition, part.Origin, 1, PartAnswerKind.Later, 0, "test") { Timeline = "2" });
        Assert.Equal(1u, (await door.Edge.ReadAsync<DeliveryFrame.Rewind>()).Stream);
        await looks.ExpectMsgAsync<LookAtJournal>(NodeHost.Patience);
    }

    [Fact]
    public async Task AnEdgeIsToldWhoStoresWhatItSends()
    {
        await using var door = new Door();
        var owner = new DnsEndPoint("aggregator-1.example", 6514);
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        DeliveryFrame frame;
        var n = 0L;
        do
        {
            door.Edge.Send(new DeliveryFrame.Batch(1, ++n, Samples.Block("web-1", "one")));
            var part = Assert.Single(await door.PartsAsync(1));
            door.Connection.Tell(new PartAnswer(part.Partition, part.Origin, n, PartAnswerKind.Stored, 0, "") { Gateway = owner });
            frame = await door.Edge.ReadAsync();
        }
        while (frame is DeliveryFrame.Ack);

        Assert.Equal(new DeliveryFrame.Owner(owner), frame);
    }

    [Theory]
    [InlineData(PartAnswerKind.Later)]
    [InlineData(PartAnswerKind.ResendAfter)]
    public async Task APartThatIsNotTakenRewindsItsStreamOnce(PartAnswerKind kind)
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "one")));
        door.Edge.Send(new DeliveryFrame.Batch(1, 2, Samples.Block("web-1", "two")));
        var parts = await door.PartsAsync(2);
        door.Answer(parts[0], kind);
        door.Answer(parts[1], kind);
        var rewind = await door.Edge.ReadAsync<DeliveryFrame.Rewind>();
        Assert.True(rewind.DelayMs > 0);
        await door.Edge.ExpectNothingAsync();
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task AnotherNumberOfPartitionsIsRefusedWithTheRemedy()
    {
        await using var door = new Door();
        door.Edge.Send(new DeliveryFrame.Hello(Release.Edge.Newest, "edge-1", 32, "", "test"));
        Assert.Contains("actorlog.partitions", (await door.Edge.ReadAsync<DeliveryFrame.Refused>()).Reason, StringComparison.Ordinal);
        await door.ExpectEndAsync();
    }

    [Fact]
    public async Task ABlockDividedOtherwiseIsRefused()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.BlockOf(4096, "web-1", "one")));
        var refused = await door.Edge.ReadAsync<DeliveryFrame.BlockRefused>();
        Assert.Equal((1u, 1), (refused.Stream, refused.N));
        Assert.Contains("4096", refused.Reason, StringComparison.Ordinal);
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task ANameOrAHostThatTheCertificateDoesNotAllowIsRefused()
    {
        await using (var door = new Door("web-*"))
        {
            await door.GreetAsync("web-7");
            door.Edge.Send(new DeliveryFrame.Open(1, "web-7/run", 0));
            door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-8", "mine")));
            Assert.Single(await door.PartsAsync(1));
            door.Edge.Send(new DeliveryFrame.Batch(1, 2, Samples.Block("db-1", "not mine")));
            var refused = await door.Edge.ReadAsync<DeliveryFrame.BlockRefused>();
            Assert.Equal(2, refused.N);
            Assert.Contains("db-1", refused.Reason, StringComparison.Ordinal);
            // The connection stands: another origin is not held up.
            door.Edge.Send(new DeliveryFrame.Open(2, "web-7/next", 0));
            door.Edge.Send(new DeliveryFrame.Batch(2, 1, Samples.Block("web-8", "mine too")));
            Assert.Equal("web-7/next", Assert.Single(await door.PartsAsync(1)).Origin);
        }

        await using var other = new Door("web-*");
        other.Edge.Send(new DeliveryFrame.Hello(Release.Edge.Newest, "db-1", 16, "", "test"));
        Assert.Contains("db-1", (await other.Edge.ReadAsync<DeliveryFrame.Refused>()).Reason, StringComparison.Ordinal);
        await other.ExpectEndAsync();
    }

    [Fact]
    public async Task ABlockThatCannotBeReadNeverReachesAPartitionAndWhatIsBehindItGoesOn()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        var block = Samples.Block("web-1", "one");
        block[^1] ^= 1;
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "before")));
        door.Edge.Send(new DeliveryFrame.Batch(1, 2, block));
        door.Edge.Send(new DeliveryFrame.Batch(1, 3, Samples.Block("web-1", "behind")));
        var before = Assert.Single(await door.PartsAsync(1));
        var refused = await door.Edge.ReadAsync<DeliveryFrame.BlockRefused>();
        Assert.Equal((1u, 2), (refused.Stream, refused.N));

        door.Edge.Send(new DeliveryFrame.Open(2, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(2, 1, Samples.Block("web-1", "before")));
        door.Edge.Send(new DeliveryFrame.Skip(2, 2, 2));
        door.Edge.Send(new DeliveryFrame.Batch(2, 3, Samples.Block("web-1", "behind")));
        var again = await door.PartsAsync(2);
        Assert.Equal([(1L, (long?)null), (3, 1)], again.Select(static part => (part.N, part.Prev)));
        door.Answer(before, PartAnswerKind.Stored);
        Assert.Equal(new DeliveryFrame.Ack(2, 2, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
        door.Answer(again[1], PartAnswerKind.Stored);
        Assert.Equal(new DeliveryFrame.Ack(2, 3, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task AnEdgeOfTheVersionBeforeIsServedInItsOwnLanguage()
    {
        await using var door = new Door();
        door.Edge.Send(new DeliveryFrame.Hello(1, "edge-1", 16, "", "old"));
        Assert.Equal(1, (await door.Edge.ReadAsync<DeliveryFrame.Welcome>()).Version);
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        var block = Samples.Block("web-1", "one");
        block[^1] ^= 1;
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, block));
        await door.Edge.ReadAsync<DeliveryFrame.Refused>();
        await door.ExpectEndAsync();
    }

    [Theory]
    [InlineData(1, 2, 2, 2, 2)]
    [InlineData(1, 2, 2, 3, 2)]
    [InlineData(2, 3, 2, 2, 2)]
    [InlineData(2, 3, 2, 3, 3)]
    [InlineData(1, 2, 1, 99, 2)]
    public async Task TheHighestVersionThatBothHaveIsSpoken(int oldest, int newest, int edgeOldest, int edgeNewest, int spoken)
    {
        await using var door = new Door(speaks: new(oldest, newest));
        door.Edge.Send(new DeliveryFrame.Hello(edgeNewest, "edge-1", 16, "", "test") { Oldest = edgeOldest });
        Assert.Equal(spoken, (await door.Edge.ReadAsync<DeliveryFrame.Welcome>()).Version);
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "one")));
        door.Answer((await door.PartsAsync(1))[0], PartAnswerKind.Stored);
        Assert.Equal(new DeliveryFrame.Ack(1, 1, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
    }

    [Theory]
    [InlineData(4, 5, "the edge speaks protocol 4 to 5 and the aggregator 1 to 3: upgrade the aggregator")]
    [InlineData(0, 0, "the edge speaks protocol 0 and the aggregator 1 to 3: upgrade the edge")]
    public async Task AnEdgeWithoutACommonVersionIsToldWhichSideToUpgrade(int oldest, int newest, string why)
    {
        await using var door = new Door();
        door.Edge.Send(new DeliveryFrame.Hello(newest, "edge-1", 16, "", "test") { Oldest = oldest });
        Assert.Equal(new DeliveryFrame.Refused(why, Retry: true), await door.Edge.ReadAsync<DeliveryFrame.Refused>());
        await door.ExpectEndAsync();
    }

    [Fact]
    public async Task ABlockOfANewerProgramIsNotRefusedForGood()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.NewerBlock("web-1", "one")));
        var refused = await door.Edge.ReadAsync<DeliveryFrame.Refused>();
        Assert.True(refused.Retry);
        Assert.Contains("version 2 of the block, this program reads 1; upgrade the aggregator", refused.Reason, StringComparison.Ordinal);
        await door.ExpectEndAsync();
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task ASkipThatIsNotDenseRewindsItsStream()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Skip(1, 2, 5));
        Assert.Equal(1u, (await door.Edge.ReadAsync<DeliveryFrame.Rewind>()).Stream);
        door.Edge.Send(new DeliveryFrame.Skip(1, 1, 5));
        await door.Edge.ExpectNothingAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task WhateverAStrangerSendsNothingThatIsNoneOfHisReachesAPartitionAndAllIsGivenBack(int seed)
    {
        var random = new Random(seed);
        await using var door = new Door("web-*");
        await door.GreetAsync("web-1");
        for (var i = 0; i < 300; i++)
        {
            var stream = (uint)random.Next(3);
            var n = random.Next(20) == 0 ? long.MaxValue - random.Next(2) : random.Next(1, 6);
            var block = Samples.Block(random.Next(5) == 0 ? "db-1" : "web-1", "text");
            if (random.Next(3) == 0)
            {
                block[random.Next(block.Length)] ^= (byte)random.Next(1, 256);
            }

            door.Edge.Send(random.Next(4) switch
            {
                0 => new DeliveryFrame.Open(stream + (uint)i, "web-1/run", random.Next(3)),
                1 => new DeliveryFrame.Skip(stream + (uint)i, n, n + random.Next(2)),
                _ => new DeliveryFrame.Batch(stream + (uint)i, n, block),
            });
        }

        // Ended, or still served: in both cases nobody waits for anything.
        await door.Edge.DisposeAsync();
        await door.ExpectEndAsync();
        await door.ExpectFullBudgetAsync();
        while (door.Region.HasMessages)
        {
            if (await door.Region.ReceiveOneAsync(TimeSpan.Zero) is TakePart part)
            {
                Assert.Equal(Samples.SlotOf("web-1"), part.Partition);
                Assert.Equal(["text"], Samples.Messages(part.Block.Span));
            }
        }
    }

    [Fact]
    public async Task APartThatNobodyAnswersIsAskedAfterAndSentAgainWhenItsPartitionLacksIt()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        door.Edge.Send(new DeliveryFrame.Batch(1, 1, Samples.Block("web-1", "one")));
        door.Edge.Send(new DeliveryFrame.Batch(1, 2, Samples.Block("web-1", "two")));
        await door.PartsAsync(2);
        var ask = (AskStored)await door.Region.FishForMessageAsync(static m => m is AskStored, NodeHost.Patience);
        Assert.Equal((Samples.SlotOf("web-1"), "edge-1/run", 1L), (ask.Partition, ask.Origin, ask.N));
        door.Connection.Tell(new PartAnswer(Samples.SlotOf("web-1"), "edge-1/run", 1, PartAnswerKind.ResendAfter, 0, ""));
        Assert.Equal(1u, (await door.Edge.ReadAsync<DeliveryFrame.Rewind>()).Stream);
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task AnAnswerThatBearsTheDurableWatermarkIsOneForAllPartsBeforeIt()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        for (var n = 1; n <= 5; n++)
        {
            door.Edge.Send(new DeliveryFrame.Batch(1, n, Samples.Block("web-1", $"record {n}")));
        }

        await door.PartsAsync(5);
        door.Connection.Tell(new PartAnswer(Samples.SlotOf("web-1"), "edge-1/run", 1, PartAnswerKind.Stored, 4, ""));
        Assert.Equal(new DeliveryFrame.Ack(1, 4, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
    }

    [Fact]
    public async Task SettledIsAskedOfAllPartitionsOnceAndThenOfThoseThatHoldSomething()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 4));
        door.Edge.Send(new DeliveryFrame.Batch(1, 5, Samples.Block("web-1", "one")));
        door.Answer(Assert.Single(await door.PartsAsync(1)), PartAnswerKind.Stored);
        Assert.Equal(new DeliveryFrame.Ack(1, 5, 0), await door.Edge.ReadAsync<DeliveryFrame.Ack>());

        var asked = new HashSet<int>();
        while (asked.Count < 16)
        {
            var ask = (AskSettled)await door.Region.FishForMessageAsync(static m => m is AskSettled, NodeHost.Patience);
            asked.Add(ask.Partition);
            await door.Edge.ExpectNothingAsync();
            door.Connection.Tell(new SettledAnswer(ask.Partition, ask.Origin, ask.Mark, null));
        }

        Assert.Equal(new DeliveryFrame.Ack(1, 5, 5), await door.Edge.ReadAsync<DeliveryFrame.Ack>());
        door.Edge.Send(new DeliveryFrame.Batch(1, 6, Samples.Block("web-1", "two")));
        door.Answer(Assert.Single(await door.PartsAsync(1)), PartAnswerKind.Stored);
        for (var times = 0; times < 3; times++)
        {
            var ask = (AskSettled)await door.Region.FishForMessageAsync(static m => m is AskSettled { Mark: 6 }, NodeHost.Patience);
            Assert.Equal(Samples.SlotOf("web-1"), ask.Partition);
        }
    }

    [Fact]
    public async Task WhatAConnectionHeldWhenItBrokeIsGivenBack()
    {
        await using var door = new Door();
        await door.GreetAsync();
        door.Edge.Send(new DeliveryFrame.Open(1, "edge-1/run", 0));
        for (var n = 1; n <= 20; n++)
        {
            door.Edge.Send(new DeliveryFrame.Batch(1, n, Samples.Block("web-1", $"record {n}")));
        }

        await door.PartsAsync(3);
        await door.Edge.DisposeAsync();
        await door.ExpectEndAsync();
        await door.ExpectFullBudgetAsync();
    }

    [Fact]
    public async Task AFrameThatIsNoneEndsTheConnection()
    {
        await using var door = new Door();
        door.Edge.Send(new DeliveryFrame.Ack(1, 1, 1));
        await door.Edge.ReadAsync<DeliveryFrame.Refused>();
        await door.ExpectEndAsync();
    }

    private sealed class Door : IAsyncDisposable
    {
        private const long BudgetBytes = 100_000;

        private readonly NodeHost _node = new();
        private readonly IntakeBudget _budget = new(BudgetBytes);
        private readonly TestProbe _watcher;

        public Door(string? claim = null, VersionRange? speaks = null)
        {
            var (edge, gateway) = InProcessLink.Create();
            Edge = new ScriptedGateway.Connection(edge);
            Region = _node.Probe();
            _watcher = _node.Probe();
            Connection = _node.System.ActorOf(EdgeConnectionActor.Props(
                new FrameLink(gateway, "the test"),
                new EdgeIdentity("the test", claim is null ? null : CertificateClaims.Of(claim)),
                new GatewaySetup("node-1", 16, "journal-1", _node.Settings.Aggregator, Region, _budget, _node.Ledger)
                {
                    Speaks = speaks ?? Release.Gateway,
                }));
            _watcher.Watch(Connection);
        }

        public ScriptedGateway.Connection Edge { get; }

        public IActorRef Connection { get; }

        public TestProbe Region { get; }

        public async Task GreetAsync(string name = "edge-1")
        {
            Edge.Send(new DeliveryFrame.Hello(Release.Edge.Newest, name, 16, "", "test"));
            Assert.Equal(
                new DeliveryFrame.Welcome(Release.Edge.Newest, "journal-1", "1", "node-1"),
                await Edge.ReadAsync<DeliveryFrame.Welcome>());
        }

        public async Task<List<TakePart>> PartsAsync(int count)
        {
            var parts = new List<TakePart>();
            while (parts.Count < count)
            {
                parts.Add((TakePart)await Region.FishForMessageAsync(static m => m is TakePart, NodeHost.Patience));
            }

            return parts;
        }

        public void Publish(object what) => _node.System.EventStream.Publish(what);

        public TestProbe Listen<T>()
        {
            var probe = _node.Probe();
            _node.System.EventStream.Subscribe(probe, typeof(T));
            return probe;
        }

        public void Answer(TakePart part, PartAnswerKind kind) =>
            Connection.Tell(new PartAnswer(part.Partition, part.Origin, part.N, kind, 0, "test"));

        public async Task ExpectEndAsync() =>
            await _watcher.FishForMessageAsync(static m => m is Terminated, NodeHost.Patience);

        // One who takes all of it gets it only when nobody holds anything.
        public async Task ExpectFullBudgetAsync()
        {
            await _budget.TakeAsync(BudgetBytes, default).AsTask().WaitAsync(NodeHost.Patience);
            _budget.Give(BudgetBytes);
        }

        public async ValueTask DisposeAsync()
        {
            await _node.DisposeAsync();
            await Edge.DisposeAsync();
        }
    }
}
