using ActorLog.Node.Forwarding;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Delivery;
using ActorLog.Testing;
using ActorLog.Testing.Nodes;
using Akka.Actor;

namespace ActorLog.Drills.Actors;

/// <summary>
/// The forwarder while gateway and link do all they can do to a block, rows are damaged and the node starts anew; what is stored
/// is compared by content. Design review C5 (dense streams from what is stored), C7 (each run under a name of its own), C8 (what
/// is sent again is the same block).
/// </summary>
public sealed class ForwarderDrills
{
    private const int Blocks = 30;

    [Theory]
    [InlineData(Mishap.LostBefore)]
    [InlineData(Mishap.LostAfter)]
    [InlineData(Mishap.AckLate)]
    [InlineData(Mishap.AckRepeated)]
    [InlineData(Mishap.Later)]
    [InlineData(Mishap.RewindAfter)]
    [InlineData(Mishap.Goodbye)]
    public async Task Whatever_happens_to_each_third_block_all_are_stored_once_and_in_order(Mishap mishap)
    {
        await using var edge = new ForwardingHost(static settings => settings with { WindowBytes = 400 });
        var gateway = new StoringGateway(n => n % 3 == 0 ? mishap : Mishap.None);
        await SpoolAsync(edge, 0, Blocks);
        await gateway.ServeAsync(edge.Gateway, () => edge.Rows() == 0);
        Assert.Equal(Texts(0, Blocks), gateway.Texts);
        Assert.Equal(Blocks, edge.Host.Ledger[LedgerAccount.Stored]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_is_refused_or_damaged_between_all_other_mishaps_and_a_start_anew_stands_aside_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var mishaps = Enum.GetValues<Mishap>();
        var gateway = new StoringGateway(_ => random.Next(2) == 0 ? mishaps[random.Next(mishaps.Length)] : Mishap.None);
        await using var edge = new ForwardingHost(static settings => settings with { WindowBytes = 400 });
        await SpoolAsync(edge, 0, Blocks);
        await gateway.ServeAsync(edge.Gateway, () => gateway.Texts.Count >= Blocks / 3);

        // Far behind what is stored, and read only by the next run.
        await edge.RestartAsync(() => edge.Host.Execute(
            edge.Host.SpoolFile, $"UPDATE journal SET message = x'00' WHERE sequence_number = {Blocks - 1}"));
        var fault = edge.Host.Journal.Arm(JournalFaultKind.CommitThenFail, holds: typeof(SpooledBlock));
        await SpoolAsync(edge, Blocks, Blocks / 3);
        await gateway.ServeAsync(edge.Gateway, () => edge.Rows() == 0);

        Assert.Equal(1, fault.Met);
        var all = Texts(0, Blocks + (Blocks / 3)).ToList();
        Assert.Equal(all.Where(gateway.Texts.Contains), gateway.Texts);
        var aside = edge.Aside().Select(File.ReadAllBytes).ToList();
        var readable = aside.Where(static block => block.Length > 1).SelectMany(static block => Samples.Messages(block));
        Assert.Equal(
            all.Except(gateway.Texts).Except([TextOf(Blocks - 2)]).Order(StringComparer.Ordinal), readable.Order(StringComparer.Ordinal));
        Assert.Single(aside, static block => block.Length == 1);
        Assert.DoesNotContain(TextOf(Blocks - 2), gateway.Texts);
    }

    [Fact]
    public async Task Before_a_real_gateway_a_lost_link_a_failing_journal_and_a_failing_disk_cost_no_line_and_double_none()
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        var uplink = new CutUplink(host);
        var node = host.Node;
        var forwarder = node.System.ActorOf(ForwarderActor.Props(new ForwarderSetup(
            node.Settings.Forward with { WindowBytes = 400 }, "edge-1", 16, "drill", uplink, node.Spool, node.Rejected(), node.Ledger,
            node.Probe())));
        var spool = node.System.ActorOf(SpoolActor.Props(node.Settings.Spool, "edge-1", node.Spool, node.Ledger, forwarder));
        node.Journal.Arm(JournalFaultKind.CommitThenFail, holds: typeof(PartStored));
        node.Journal.Arm(JournalFaultKind.Fail, holds: typeof(Checkpointed));
        host.Fault(static faults => faults.Fail(StoreOperation.Append, 3, "EIO", 2, bytesFirst: 5));
        for (var i = 0; i < Blocks; i++)
        {
            var request = new SpoolBlocks(
                [Samples.Block(PartitionHost.HostName, TextOf(i))], 1, new(TaskCreationOptions.RunContinuationsAsynchronously));
            spool.Tell(request);
            Assert.Equal(SpoolOutcome.Spooled, await request.Outcome.Task.WaitAsync(NodeHost.Patience));
            if (i % 10 == 5)
            {
                await NodeHost.Until(() => node.Ledger[LedgerAccount.Stored] > i - 5, "some are stored");
                uplink.Cut();
            }
        }

        await host.UntilWritten(TextOf(Blocks - 1));
        Assert.Equal(Texts(0, Blocks), host.Lines());
        await NodeHost.Until(() => node.Ledger[LedgerAccount.Stored] == Blocks, "all is acked");
    }

    private static string TextOf(int number) => $"number {number:D3}";

    private static IEnumerable<string> Texts(int first, int count) => Enumerable.Range(first, count).Select(TextOf);

    private static async Task SpoolAsync(ForwardingHost edge, int first, int count)
    {
        foreach (var text in Texts(first, count))
        {
            await edge.SpoolAsync(text);
        }
    }

    /// <summary>Leads to a real gateway's connection, and can be cut.</summary>
    private sealed class CutUplink(PartitionHost host) : Uplink
    {
        private IActorRef _connection = ActorRefs.Nobody;

        public override Task<FrameLink> ConnectAsync(CancellationToken stop)
        {
            var (edge, gateway) = InProcessLink.Create();
            _connection = host.Node.System.ActorOf(EdgeConnectionActor.Props(
                new FrameLink(gateway, "the drill"), new EdgeIdentity("the drill", null),
                new GatewaySetup("node-1", 16, "journal-1", host.Aggregator, host.Entity, host.Intake, host.Node.Ledger)));
            return Task.FromResult(new FrameLink(edge, "the drill"));
        }

        // With what is under way in it: the gateway's end dies as it is.
        public void Cut() => host.Node.System.Stop(_connection);
    }
}
