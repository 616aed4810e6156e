using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Nodes;
using Akka.Actor;

namespace ActorLog.Drills.Actors;

/// <summary>
/// Files of a partition that has moved to another node. Design review C10: the loser's tail that nobody committed stands
/// in its file, and the new owner has written the same lines into its own.
/// </summary>
public sealed class EarlierOwnerDrills
{
    private const string HostName = "web-1";
    private static readonly int Partition = Samples.SlotOf(HostName);

    [Fact]
    public async Task A_node_that_died_and_came_back_cuts_what_the_next_owner_has_written_and_seals_the_rest()
    {
        await using var cluster = Uncheckpointed();
        var first = await cluster.StartAsync("first");
        var second = await cluster.StartAsync("second");
        await CommitAsync(cluster, first, "one", 1);
        var owner = await first.StartOwnerAsync(Partition);
        await first.StoreAsync(owner, HostName, 2, 1, "two");
        await NodeHost.Until(() => OwnersHost.LinesIn(first.Directory, HostName).Contains("two"), "the first has written it");

        await cluster.CrashAsync(first);
        owner = await second.StartOwnerAsync(Partition);
        await second.StoreAsync(owner, HostName, 3, 2, "three");
        await NodeHost.Until(() => OwnersHost.LinesIn(second.Directory, HostName).Contains("three"), "the second has written all");
        Assert.Equal(["two", "three"], OwnersHost.LinesIn(second.Directory, HostName));

        first = await cluster.StartAsync("first");
        await UntilCleanAsync(cluster, first);
        Assert.Equal(["one", "three", "two"], cluster.Lines(HostName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Path.Combine(first.Directory, $"{HostName}.log")));
        await owner.GracefulStop(NodeHost.Patience, StopPartition.Instance);
    }

    [Fact]
    public async Task An_owner_that_was_paused_ends_when_the_next_one_asks_and_its_tail_is_cut()
    {
        await using var cluster = Uncheckpointed();
        var first = await cluster.StartAsync("first");
        var second = await cluster.StartAsync("second");
        await CommitAsync(cluster, first, "one", 1);
        var paused = await first.StartOwnerAsync(Partition);
        await first.StoreAsync(paused, HostName, 2, 1, "two");
        await NodeHost.Until(() => OwnersHost.LinesIn(first.Directory, HostName).Contains("two"), "the first has written it");

        first.Gateway.Watch(paused);
        var owner = await second.StartOwnerAsync(Partition);
        await first.Gateway.FishForMessageAsync(static m => m is Terminated, NodeHost.Patience);
        await UntilCleanAsync(cluster, first);
        await NodeHost.Until(() => OwnersHost.LinesIn(second.Directory, HostName).Contains("two"), "the second has written it");
        Assert.Equal(["one"], OwnersHost.LinesIn(first.Directory, HostName));
        Assert.Equal(["two"], OwnersHost.LinesIn(second.Directory, HostName));
        await owner.GracefulStop(NodeHost.Patience, StopPartition.Instance);
    }

    [Fact]
    public async Task A_partition_that_comes_back_appends_and_a_late_word_of_the_owner_between_cuts_nothing()
    {
        await using var cluster = Uncheckpointed();
        var first = await cluster.StartAsync("first");
        var second = await cluster.StartAsync("second");
        await CommitAsync(cluster, first, "one", 1);
        var between = await second.StartOwnerAsync(Partition);
        await second.StoreAsync(between, HostName, 2, 1, "two");
        await UntilCleanAsync(cluster, first);
        await between.GracefulStop(NodeHost.Patience, StopPartition.Instance);

        await CommitAsync(cluster, first, "three", 3);
        var file = Path.Combine(first.Directory, $"{HostName}.log");
        var length = new FileInfo(file).Length;
        var entry = new FileEntry(
            new FileOpened(9, first.RootId, $"{HostName}.log", 0, InodeOf(file), 0), 0, null, null, 0);
        first.Keeper.Tell(new TrimFiles(Partition, first.RootId, "another life", 99, [entry]), second.Gateway.Ref);
        second.Keeper.Tell(new AskEarlierOwner(Partition, 2, first.RootId, [entry]), second.Gateway.Ref);
        await second.Gateway.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));
        Assert.Equal(length, new FileInfo(file).Length);
        Assert.Equal(["one", "three", "two"], cluster.Lines(HostName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_partition_that_comes_back_before_its_files_were_sealed_ends_them_and_a_reader_has_all_in_order()
    {
        await using var cluster = Uncheckpointed();
        var first = await cluster.StartAsync("first");
        var second = await cluster.StartAsync("second");
        await CommitAsync(cluster, first, "one", 1);
        var owner = await first.StartOwnerAsync(Partition);
        await first.StoreAsync(owner, HostName, 2, 1, "two");
        await NodeHost.Until(() => OwnersHost.LinesIn(first.Directory, HostName).Contains("two"), "the first has written it");
        await cluster.CrashAsync(first);
        Assert.Equal(["one"], cluster.Read(HostName, Partition).Messages);

        // Nobody can ask the first to cut its file before it is the owner again.
        await CommitAsync(cluster, second, "three", 3);
        await cluster.CrashAsync(second);
        first = await cluster.StartAsync("first");
        await CommitAsync(cluster, first, "four", 4);
        Assert.Equal(["four"], File.ReadAllLines(Path.Combine(first.Directory, $"{HostName}.log")).Select(static line => line[^4..]));
        var (messages, lacking) = cluster.Read(HostName, Partition);
        Assert.Equal(["one", "two", "three", "four"], messages);
        Assert.Empty(lacking);
    }

    [Fact]
    public async Task A_file_that_is_sealed_late_stands_where_its_lines_were_written()
    {
        await using var cluster = Uncheckpointed();
        var first = await cluster.StartAsync("first");
        var second = await cluster.StartAsync("second");
        var third = await cluster.StartAsync("third");
        await CommitAsync(cluster, first, "one", 1);
        await cluster.CrashAsync(first);
        await CommitAsync(cluster, second, "two", 2);
        await cluster.CrashAsync(second);
        var owner = await third.StartOwnerAsync(Partition);
        await third.StoreAsync(owner, HostName, 3, 2, "three");
        Assert.Equal(["one", "two"], cluster.Read(HostName, Partition).Messages);

        second = await cluster.StartAsync("second");
        await UntilSealedAsync(second, "two");
        first = await cluster.StartAsync("first");
        await UntilSealedAsync(first, "one");
        Assert.True(await owner.GracefulStop(NodeHost.Patience, StopPartition.Instance));
        var (messages, lacking) = cluster.Read(HostName, Partition);
        Assert.Equal(["one", "two", "three"], messages);
        Assert.Empty(lacking);
    }

    private static Task UntilSealedAsync(OwnerNode node, string text) => NodeHost.Until(
        () => !File.Exists(Path.Combine(node.Directory, $"{HostName}.log")) && OwnersHost.LinesIn(node.Directory, HostName).SequenceEqual([text]),
        $"{node.Name}'s file is sealed");

    private static OwnersHost Uncheckpointed() => new(TimeSpan.FromHours(1));

    // Stored, written, checkpointed, and the partition has ended.
    private static async Task CommitAsync(OwnersHost cluster, OwnerNode node, string text, long n)
    {
        var owner = await node.StartOwnerAsync(Partition);
        await node.StoreAsync(owner, HostName, n, n == 1 ? null : n - 1, text);
        await NodeHost.Until(() => cluster.Lines(HostName).Contains(text), $"'{text}' is written");
        Assert.True(await owner.GracefulStop(NodeHost.Patience, StopPartition.Instance));
    }

    // The next checkpoint seals, the one behind it takes the file out of the table.
    private static Task UntilCleanAsync(OwnersHost cluster, OwnerNode earlier) => NodeHost.Until(
        () => !File.Exists(Path.Combine(earlier.Directory, $"{HostName}.log"))
            && OwnersHost.LinesIn(earlier.Directory, HostName).SequenceEqual(["one"]),
        $"{earlier.Name}'s file is cut and sealed");

    private static ulong InodeOf(string path)
    {
        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%i", path]) { RedirectStandardOutput = true })!;
        return ulong.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
