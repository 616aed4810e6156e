using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;
using ActorLog.Testing.Nodes;
using Akka.Actor;

namespace ActorLog.Drills.Actors;

/// <summary>
/// A gateway before a real partition, with a message lost on the way between them. Design review C5: a bare watermark
/// swallows what it has never seen; planted: no chain.
/// </summary>
public sealed class GatewayDrills
{
    private static readonly string[] Texts = ["one", "two", "three", "four"];

    [Fact]
    public async Task A_part_that_was_lost_on_the_way_is_sent_again_before_those_behind_it() =>
        Assert.Equal(Texts, await DeliverAsync(hasChain: true));

    [Fact]
    public async Task Without_the_chain_it_is_acked_and_lost() =>
        Assert.Equal(["one", "three", "four"], await DeliverAsync(hasChain: false));

    private static async Task<List<string>> DeliverAsync(bool hasChain)
    {
        await using var host = new PartitionHost();
        var road = host.Node.System.ActorOf(Props.Create(() => new Road(host.Entity, 2, hasChain)));
        var (near, far) = InProcessLink.Create();
        host.Node.System.ActorOf(EdgeConnectionActor.Props(
            new FrameLink(far, "the drill"), new EdgeIdentity("the drill", null),
            new GatewaySetup("node-1", 16, "journal-1", host.Aggregator, road, host.Intake, host.Node.Ledger)));
        await using var edge = new ScriptedGateway.Connection(near);
        edge.Send(new DeliveryFrame.Hello(Release.Edge.Newest, "edge-1", 16, "", "drill"));
        await edge.ReadAsync<DeliveryFrame.Welcome>();
        var stored = 0L;
        var stream = 1u;
        Send(edge, stream, stored);
        while (stored < Texts.Length)
        {
            switch (await ReadAsync(edge))
            {
                case DeliveryFrame.Ack ack when ack.Stream == stream:
                    stored = ack.Stored;
                    break;
                case DeliveryFrame.Rewind or null:
                    Send(edge, ++stream, stored);
                    break;
            }
        }

        await NodeHost.Until(() => host.Lines().Contains(Texts[^1]), "the last line is written");
        return host.Lines();
    }

    // Null when nothing comes: without the chain nobody notices that something is missing.
    private static async Task<DeliveryFrame?> ReadAsync(ScriptedGateway.Connection edge)
    {
        try
        {
            return await edge.ReadAsync();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static void Send(ScriptedGateway.Connection edge, uint stream, long stored)
    {
        edge.Send(new DeliveryFrame.Open(stream, PartitionHost.Origin, stored));
        for (var n = stored + 1; n <= Texts.Length; n++)
        {
            edge.Send(new DeliveryFrame.Batch(stream, n, Samples.Block(PartitionHost.HostName, Texts[n - 1])));
        }
    }

    private sealed class Road : ReceiveActor
    {
        public Road(IActorRef partition, long loses, bool hasChain)
        {
            var isLost = false;
            Receive<TakePart>(part =>
            {
                if (part.N == loses && !isLost)
                {
                    isLost = true;
                    return;
                }

                partition.Tell(hasChain ? part : part with { Prev = null }, Sender);
            });
            ReceiveAny(message => partition.Forward(message));
        }
    }
}
