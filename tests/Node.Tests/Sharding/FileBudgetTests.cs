using ActorLog.Node.Hosting;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Testing;
using Akka.Actor;

namespace ActorLog.Node.Tests.Sharding;

/// <summary>Files cost memory and descriptors, and their names come from senders: a partition keeps so many at once.</summary>
public sealed class FileBudgetTests
{
    private const int Most = 2;

    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    // Of one partition.
    private static readonly string[] Hosts =
        [.. Enumerable.Range(1, 1000).Select(static i => $"web-{i}").Where(static host => Samples.SlotOf(host) == PartitionHost.Partition).Take(4)];

    [Fact]
    public async Task Lines_for_which_there_is_no_room_share_a_file_until_others_are_sealed()
    {
        await using var host = new PartitionHost(static settings => settings with
        {
            LiveFilesMax = Most,
            Files = settings.Files with { Rotation = new RotationSettings(100, RotationPeriod.Never, true) },
        });
        foreach (var name in Hosts)
        {
            await Store(host, name, "first");
        }

        await UntilIn(host, Hosts[0], "first");
        await UntilIn(host, Hosts[1], "first");
        await UntilIn(host, Overflow, "first", times: 2);
        Assert.Equal((2, Most + 1), (host.Node.Ledger[LedgerAccount.Overflow], host.Node.Ledger[LedgerLevel.LiveFiles]));

        // What is long enough is sealed, and is live no more. The overflow first: with room again nothing more would come to it.
        await Store(host, Hosts[2], new string('x', 200));
        await Store(host, Hosts[0], new string('x', 200));
        await Store(host, Hosts[1], new string('x', 200));
        await NodeHost.Until(() => host.Node.Ledger[LedgerLevel.LiveFiles] == 0, "all are sealed");
        await Store(host, Hosts[2], "later");
        await UntilIn(host, Hosts[2], "later");
        Assert.Equal((3, 1), (host.Node.Ledger[LedgerAccount.Overflow], host.Node.Ledger[LedgerLevel.LiveFiles]));
    }

    [Fact]
    public async Task A_path_whose_segment_was_sealed_goes_on_with_the_next()
    {
        await using var host = new PartitionHost(static settings => settings with
        {
            Files = settings.Files with { Rotation = new RotationSettings(100, RotationPeriod.Never, true) },
        });
        var lines = Enumerable.Range(1, 10).Select(static i => $"{i} {new string('x', 100)}").ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            await host.StoreAsync(lines[i]);
            await NodeHost.Until(() => host.Segments().Count() == i + 1 && host.Node.Ledger[LedgerLevel.LiveFiles] == 0, "it is sealed");
        }

        await host.UntilLines(lines);
    }

    [Fact]
    public async Task A_turn_that_comes_behind_the_seal_leaves_no_file_live()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilLines("one");
        var file = await host.Node.System.ActorSelection(host.Entity.Path / "*").ResolveOne(NodeHost.Patience);

        // The second finds the first's checkpoint under way, and has one of its own behind the seal.
        host.Entity.Tell(new RotationDue(), file);
        host.Entity.Tell(new RotationDue(), file);

        await NodeHost.Until(() => host.Segments().Count() == 1 && host.Node.Ledger[LedgerLevel.LiveFiles] == 0, "it is sealed, and none is live");
    }

    [Fact]
    public async Task A_partition_that_ends_gives_its_files_back()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilLines("one");
        Assert.Equal(1, host.Node.Ledger[LedgerLevel.LiveFiles]);
        host.Gateway.Watch(host.Entity);
        host.Entity.Tell(StopPartition.Instance);
        await host.Gateway.FishForMessageAsync(static m => m is Terminated, NodeHost.Patience);
        await NodeHost.Until(() => host.Node.Ledger[LedgerLevel.LiveFiles] == 0, "none is live");
    }

    [Fact]
    public async Task A_file_that_is_silent_for_ten_minutes_holds_no_descriptor_and_its_next_line_begins_them_anew()
    {
        var time = new ManualTime(Samples.Start);
        await using var host = new PartitionHost(time: time);
        var (first, second) = (Hosts[0], Hosts[1]);
        await Store(host, first, "one");
        await UntilIn(host, first, "one");
        await host.UntilJournaled("checkpointed");
        time.Advance(TimeSpan.FromSeconds(1));
        await Store(host, second, "one");
        await UntilIn(host, second, "one");
        await host.UntilJournaled("checkpointed", times: 2);

        time.Advance(Silence - TimeSpan.FromSeconds(1));
        await NodeHost.Until(() => !IsOpen(host, first), "the first rests");
        await UntilAllSaid(host);
        Assert.True(IsOpen(host, second));
        time.Advance(TimeSpan.FromSeconds(1));
        await NodeHost.Until(() => !IsOpen(host, second), "the second rests");

        await Store(host, first, "two");
        await UntilIn(host, first, "two");
        Assert.True(IsOpen(host, first));
        time.Advance(Silence);
        await NodeHost.Until(() => !IsOpen(host, first), "the first rests again");
        Assert.Equal(2, host.Node.Ledger[LedgerLevel.LiveFiles]);
    }

    [Theory]
    [InlineData(100, 16, 6)]
    [InlineData(3, 16, 1)]
    public void Partitions_have_equal_shares_and_one_at_least(int most, int partitions, int share) =>
        Assert.Equal(share, new FileBudget(most, partitions, new Ledger()).Share);

    [Fact]
    public void By_itself_it_is_what_limits_bear()
    {
        Assert.InRange(FileBudget.Auto(0), 256, ProcessMemory.Bytes / (20 * 1024));
        Assert.Equal(256, FileBudget.Auto(int.MaxValue));
    }

    private static bool IsOpen(PartitionHost host, string file) => NodeHost.IsOpen(PathOf(host, file));

    private static string PathOf(PartitionHost host, string file) => Path.Combine(host.Aggregator.Files.Directory, file + ".log");

    // What the partition has told its files until now has come to them.
    private static async Task UntilAllSaid(PartitionHost host)
    {
        await host.Entity.Ask<ActorIdentity>(new Identify(null), NodeHost.Patience);
        foreach (var file in new[] { "file-0", "file-1" })
        {
            await host.Node.System.ActorSelection(host.Entity.Path / file).ResolveOne(NodeHost.Patience);
        }
    }

    private static string Overflow => FileBudget.OverflowOf(PartitionHost.Partition)[..^".log".Length];

    private static async Task Store(PartitionHost host, string name, string message)
    {
        var n = host.Next++;
        host.Entity.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, n, n == 1 ? null : n - 1, "edge-1", Samples.Block(name, message)), host.Gateway);
        Assert.Equal(PartAnswerKind.Stored, (await host.AnswerAsync(n)).Kind);
    }

    private static Task UntilIn(PartitionHost host, string file, string message, int times = 1) => NodeHost.Until(
        () =>
        {
            var path = PathOf(host, file);
            return File.Exists(path) && File.ReadAllLines(path).Count(line => line.EndsWith(message, StringComparison.Ordinal)) == times;
        },
        $"'{message}' stands in {file}.log {times} times");
}
