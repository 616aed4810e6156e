using ActorLog.Node.Hosting;
using ActorLog.Node.Routing;
using ActorLog.Node.Spooling;
using Akka.Actor;

namespace ActorLog.Node.Tests.Routing;

public sealed class GapActorTests
{
    [Fact]
    public async Task A_gap_is_said_under_the_nodes_name_though_no_batch_comes()
    {
        await using var host = new NodeHost();
        var spool = host.Probe();
        Start(host, spool);
        host.Ledger.Drop(DropReason.Kernel, 12, "udp");

        var request = await spool.ExpectMsgAsync<SpoolBlocks>(NodeHost.Patience);

        Assert.Equal((0, 1, 1), (request.Records, request.Gaps.Count, request.Blocks.Count));
        Assert.StartsWith(
            "gap: 12 records dropped, reason=kernel source=udp from=", Assert.Single(Samples.Messages(request.Blocks[0])),
            StringComparison.Ordinal);
        request.Outcome.SetResult(SpoolOutcome.Spooled);
        await NodeHost.Until(() => host.Ledger.Gaps.TakeChanges().Any(static change => change.IsSaid), "it is said");
        Assert.Equal(0, host.Ledger.Gaps.UnsaidRecords);
    }

    [Fact]
    public async Task A_gap_that_is_refused_is_said_again_with_what_was_lost_meanwhile()
    {
        await using var host = new NodeHost();
        var spool = host.Probe();
        Start(host, spool);
        host.Ledger.Drop(DropReason.SpoolFull, 12, "spool");
        var refused = await spool.ExpectMsgAsync<SpoolBlocks>(NodeHost.Patience);
        host.Ledger.Drop(DropReason.SpoolFull, 3, "spool");
        refused.Outcome.SetResult(SpoolOutcome.Full);

        var again = await spool.ExpectMsgAsync<SpoolBlocks>(NodeHost.Patience);

        Assert.Equal((15, refused.Gaps[0].Id), (again.Gaps.Single().Records, again.Gaps[0].Id));
    }

    [Fact]
    public async Task At_the_end_of_a_drain_all_is_said_that_there_is_room_for()
    {
        await using var host = new NodeHost();
        var spool = host.Probe();
        var gaps = Start(host, spool);
        await gaps.Ask<GapActor.AllSaid>(GapActor.SayAll.Instance, NodeHost.Patience);

        host.Ledger.Drop(DropReason.Kernel, 1, "udp");
        var asking = gaps.Ask<GapActor.AllSaid>(GapActor.SayAll.Instance, NodeHost.Patience);
        (await spool.ExpectMsgAsync<SpoolBlocks>(NodeHost.Patience)).Outcome.SetResult(SpoolOutcome.Spooled);
        await asking;

        host.Ledger.Drop(DropReason.Kernel, 1, "udp");
        asking = gaps.Ask<GapActor.AllSaid>(GapActor.SayAll.Instance, NodeHost.Patience);
        (await spool.ExpectMsgAsync<SpoolBlocks>(NodeHost.Patience)).Outcome.SetResult(SpoolOutcome.Full);
        await asking;
        Assert.Equal(1, host.Ledger.Gaps.UnsaidRecords);
    }

    private static IActorRef Start(NodeHost host, Akka.TestKit.TestProbe spool) =>
        host.System.ActorOf(GapActor.Props(host.Settings, host.Ledger.Gaps, spool), "gaps");
}
