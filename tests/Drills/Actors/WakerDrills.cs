using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using ActorLog.Testing.Nodes;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;

namespace ActorLog.Drills.Actors;

/// <summary>
/// A partition with acknowledged lines in no file, whose host never speaks again, under a real shard region. Design review H2
/// (acknowledged but in no file until the host speaks again); planted: no waker.
/// </summary>
public sealed class WakerDrills
{
    private const string Silent = "web-1";

    // Of another partition.
    private const string Talker = "web-2";

    [Fact]
    public async Task The_last_lines_of_a_host_that_is_silent_for_ever_reach_its_file() =>
        Assert.Equal(["last words"], await DieAndStartAsync(hasWaker: true));

    [Fact]
    public async Task Without_the_waker_they_are_in_no_file_while_others_are_served() =>
        Assert.Empty(await DieAndStartAsync(hasWaker: false));

    private static async Task<List<string>> DieAndStartAsync(bool hasWaker)
    {
        Assert.NotEqual(Samples.SlotOf(Silent), Samples.SlotOf(Talker));
        await using var node = new NodeHost(static settings => settings with { Roles = NodeRoles.Aggregator });
        var faults = new FaultyStore(SystemStore.Open(node.Settings.Aggregator.Files.Directory));
        using var store = new SharedStore(faults);
        store.Do(() => faults.Fail(StoreOperation.Append, 1, "ENOSPC", int.MaxValue));
        var (region, gateway) = Start(node, store);
        await StoreAsync(region, gateway, Silent, "last words");

        await node.RestartAsync(() => store.Do(faults.Heal));
        (region, gateway) = Start(node, store);
        if (hasWaker)
        {
            node.System.ActorOf(WakerActor.Props(region, 16));
            await NodeHost.Until(() => Lines(node, Silent).Count > 0, "its last words are written");
        }

        await StoreAsync(region, gateway, Talker, "something");
        await NodeHost.Until(() => Lines(node, Talker).Count > 0, "the other's are written");
        var lines = Lines(node, Silent);
        await node.System.Terminate();
        return lines;
    }

    private static (IActorRef Region, TestProbe Gateway) Start(NodeHost node, SharedStore store)
    {
        Cluster.Get(node.System).Join(Cluster.Get(node.System).SelfAddress);
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        var gateway = node.Probe();
        return (
            PartitionRegion.Start(node.System, new PartitionSetup(
                "node-1", node.Settings.Aggregator, store, template, node.Ledger, new IntakeBudget(1024 * 1024), node.Probe(),
                new RejectedFolder(store, PartitionRejects.Directory, 1024), TimeProvider.System)),
            gateway);
    }

    private static async Task StoreAsync(IActorRef region, TestProbe gateway, string host, string text)
    {
        region.Tell(new TakePart(Samples.SlotOf(host), "run", 1, null, "edge-1", Samples.Block(host, text)), gateway);
        var answer = await gateway.FishForMessageAsync(static m => m is PartAnswer, NodeHost.Patience);
        Assert.Equal(PartAnswerKind.Stored, ((PartAnswer)answer).Kind);
    }

    private static List<string> Lines(NodeHost node, string host)
    {
        var path = Path.Combine(node.Settings.Aggregator.Files.Directory, $"{host}.log");
        if (!File.Exists(path))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..])];
    }
}
