using ActorLog.Node.Hosting;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using Akka.Actor;
using Akka.Cluster;

namespace ActorLog.Node.Tests.Sharding;

/// <summary>Partitions under a real shard region: one that fails starts anew by itself, and what cannot be given to one is counted.</summary>
public sealed class RegionTests
{
    [Fact]
    public async Task Parts_that_the_region_has_no_room_for_are_counted()
    {
        // As config of the region has it.
        const int Room = 256;
        const int Beyond = 44;
        await using var node = new NodeHost(static settings => settings with { Roles = NodeRoles.Aggregator });
        using var store = SystemStore.Open(node.Settings.Aggregator.Files.Directory);
        node.System.ActorOf(UndeliveredParts.Props(node.Ledger));
        // Of no cluster yet: the partitions are nowhere.
        var region = PartitionRegion.Start(node.System, SetupOf(node, store, node.Probe()));
        for (var n = 1; n <= Room + Beyond; n++)
        {
            region.Tell(new TakePart(Samples.SlotOf("web-1"), "run", n, n - 1, "edge-1", Samples.Block("web-1", "record")));
        }

        await NodeHost.Until(() => node.Ledger[LedgerAccount.PartsUndelivered] >= Beyond, "they are counted");
        Assert.Equal(Beyond, node.Ledger[LedgerAccount.PartsUndelivered]);
    }

    [Fact]
    public async Task APartitionWhoseDiskFailedOrWhoseJournalRefusedStartsAnewUnderItsShard()
    {
        await using var node = new NodeHost(static settings => settings with { Roles = NodeRoles.Aggregator });
        Cluster.Get(node.System).Join(Cluster.Get(node.System).SelfAddress);
        var faults = new FaultyStore(SystemStore.Open(node.Settings.Aggregator.Files.Directory));
        using var store = new SharedStore(faults);
        var gateway = node.Probe();
        var setup = SetupOf(node, store, gateway);
        var region = PartitionRegion.Start(node.System, setup);

        async Task StoreAsync(long n)
        {
            var limit = DateTime.UtcNow + NodeHost.Patience;
            PartAnswer? answer;
            do
            {
                Assert.True(DateTime.UtcNow < limit, $"part {n} was never stored");
                region.Tell(
                    new TakePart(Samples.SlotOf("web-1"), "run", n, n == 1 ? null : n - 1, "edge-1", Samples.Block("web-1", $"record {n}")),
                    gateway);
                answer = await gateway.FishForMessageAsync(m => m is PartAnswer part && part.N == n, NodeHost.Patience) as PartAnswer;
            }
            while (answer!.Kind != PartAnswerKind.Stored);
        }

        await StoreAsync(1);
        store.Do(() => faults.Fail(StoreOperation.Append, 1, "ENOSPC", int.MaxValue));
        await StoreAsync(2);
        await NodeHost.Until(() => !setup.Failures.IsEmpty, "the disk has failed");
        store.Do(faults.Heal);
        await StoreAsync(3);

        node.Execute(node.JournalFile, "CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk'); END");
        region.Tell(
            new TakePart(Samples.SlotOf("web-1"), "run", 4, 3, "edge-1", Samples.Block("web-1", "record 4")), gateway);
        var refused = await gateway.FishForMessageAsync(static m => m is PartAnswer { N: 4 }, NodeHost.Patience);
        Assert.Equal(PartAnswerKind.Later, ((PartAnswer)refused).Kind);
        node.Execute(node.JournalFile, "DROP TRIGGER broken");
        await StoreAsync(4);

        var path = Path.Combine(node.Settings.Aggregator.Files.Directory, "web-1.log");
        string[] Lines()
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line[line.LastIndexOf("record", StringComparison.Ordinal)..])];
        }

        await NodeHost.Until(() => File.Exists(path) && Lines().Length >= 4, "all lines stand in the file");
        Assert.Equal(["record 1", "record 2", "record 3", "record 4"], Lines());
        await node.System.Terminate();
    }

    private static PartitionSetup SetupOf(NodeHost node, IStore store, IActorRef upkeep)
    {
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        return new PartitionSetup(
            "node-1", node.Settings.Aggregator, store, template, node.Ledger, new IntakeBudget(1024 * 1024), upkeep,
            new RejectedFolder(store, PartitionRejects.Directory, 1024), TimeProvider.System);
    }
}
