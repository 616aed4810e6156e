using System.Net.Sockets;
using System.Text;
using ActorLog.Node.Clustering;
using ActorLog.Node.Hosting;
using ActorLog.Node.Reading;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorLog.Node.Tests.Reading;

/// <summary>A host's lines read through the ports of a cluster, by certificate.</summary>
public sealed class ClusterReadingTests
{
    private static readonly string[] Hosts = [.. Enumerable.Range(0, 20).Select(static i => $"web-{i}")];

    [Fact]
    public async Task Each_host_s_lines_are_read_wherever_they_lie_and_a_node_that_is_missing_is_told()
    {
        await using var host = new ClusterHost(3);
        var members = await StartAsync(host);
        var region = ClusterSharding.Get(members[0].System).ShardRegion("partition");
        foreach (var name in Hosts)
        {
            await StoreAsync(region, name);
        }

        foreach (var name in Hosts)
        {
            await NodeHost.Until(() => Read(host, members[1], name) is { IsWhole: true } read && read.Text.Contains($"from {name}\n", StringComparison.Ordinal), $"{name} is read");
            Assert.Single(Read(host, members[1], name).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        var (text, told, isWhole) = Read(host, members[1], "wbe-1");
        Assert.Equal(("", "no aggregator has a file of 'wbe-1'; did you mean 'web-1'?", false), (text, told, isWhole));

        await members[2].DisposeAsync();
        (_, told, isWhole) = Read(host, members[1], "web-1");
        Assert.False(isWhole);
        Assert.StartsWith($"127.0.0.1:{host.Seeds[2].Port} is missing: Connection refused", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_join_may_not_read()
    {
        await using var host = new ClusterHost(1);
        host.Start(0);
        Assert.Throws<IOException>(() => NodeSegments.Connect(host.Seeds[0], host.EdgeIdentity(), "localhost"));
        Assert.ThrowsAny<Exception>(() => NodeSegments.Connect(host.Seeds[0], host.OtherAuthority(), "127.0.0.1"));
        var named = Assert.Throws<IOException>(() => NodeSegments.Connect(host.Seeds[0], host.NodeIdentity, "other.example"));
        Assert.Contains("it does not accept this node's certificate", named.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_read_at_once_than_the_port_has_places_for_and_a_place_is_free_again()
    {
        await using var host = new ClusterHost(1);
        host.Start(0);
        var readers = Enumerable.Range(0, ReaderPort.ReadersMax).Select(_ => Connect(host)).ToList();
        Assert.All(readers, static reader => Assert.Empty(reader.List("web-1"u8).Files));
        var refused = Assert.Throws<IOException>(() => Connect(host));
        Assert.Equal($"{ReaderPort.ReadersMax} others read here already", refused.Message);
        readers[0].Dispose();
        NodeSegments? next = null;
        await NodeHost.Until(
            () =>
            {
                try
                {
                    next = Connect(host);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            "the place is free");
        Assert.Empty(next!.List("web-1"u8).Files);
        next.Dispose();
        readers.ForEach(static reader => reader.Dispose());
    }

    [Fact]
    public async Task A_file_that_was_not_listed_is_not_opened_and_the_reader_goes_on()
    {
        await using var host = new ClusterHost(1);
        var only = host.Start(0);
        await NodeHost.Until(() => only.Ledger[LedgerLevel.PartitionsOwned] == 16, "it has all partitions");
        await StoreAsync(ClusterSharding.Get(only.System).ShardRegion("partition"), "web-1");
        using var reader = Connect(host);
        await NodeHost.Until(() => reader.List("web-1"u8).Files is [{ Bytes: > 0 }], "its file has lines");
        Assert.Throws<IOException>(() => reader.Open(1));
        Assert.Throws<IOException>(() => reader.Open(-1));
        Assert.False(reader.IsOver);
        Assert.Equal(SegmentOpening.Plain, reader.Open(0));
        var bytes = new byte[1000];
        var read = reader.Read(0, bytes);
        Assert.EndsWith("from web-1\n", Encoding.UTF8.GetString(bytes, 0, read), StringComparison.Ordinal);
        Assert.Equal(0, reader.Read(read, bytes));
    }

    [Fact]
    public async Task A_reader_of_another_version_is_told_so_and_what_is_no_question_ends_the_connection()
    {
        await using var host = new ClusterHost(1);
        host.Start(0);
        using (var tls = Dial(host))
        {
            tls.Write([0, 9, 9, .. "127.0.0.1"u8]);
            Assert.Equal("it serves readers of version 1, not 9", NodeGreeting.ReadAnswer(tls));
        }

        using (var tls = Dial(host))
        {
            NodeGreeting.WriteReader(tls, "127.0.0.1");
            Assert.Null(NodeGreeting.ReadAnswer(tls));
            tls.Write([1, 0xff, 0xff, 0xff, 0x7f]);
            Assert.Equal(0, tls.Read(new byte[1]));
        }
    }

    private static System.Net.Security.SslStream Dial(ClusterHost host) => host.NodeIdentity.ConnectToNode(
        new TcpClient("127.0.0.1", host.Seeds[0].Port).GetStream(), "127.0.0.1");

    private static NodeSegments Connect(ClusterHost host) => NodeSegments.Connect(host.Seeds[0], host.NodeIdentity, "127.0.0.1");

    private static async Task<List<ClusterMember>> StartAsync(ClusterHost host)
    {
        var members = Enumerable.Range(0, 3).Select(place => host.Start(place)).ToList();
        await NodeHost.Until(
            () => members.Sum(static member => member.Ledger[LedgerLevel.PartitionsOwned]) == 16
                && members.All(static member => member.Ledger[LedgerLevel.PartitionsOwned] > 0),
            "the partitions are spread over all");
        return members;
    }

    private static (string Text, string Told, bool IsWhole) Read(ClusterHost host, ClusterMember member, string name)
    {
        var settings = member.Settings with
        {
            Tls = host.NodeTls,
            Aggregator = member.Settings.Aggregator with { JournalPath = host.Journal.Path },
        };
        var told = new List<string>();
        using var output = new MemoryStream();
        using var reading = new HostReading(settings, name, new TimeSpanWanted(null, null), TimeProvider.System, told.Add);
        var isWhole = reading.Print(output, CancellationToken.None);
        return (Encoding.UTF8.GetString(output.ToArray()), string.Join('\n', told), isWhole);
    }

    private static async Task StoreAsync(IActorRef region, string name)
    {
        var answer = PartAnswerKind.Later;
        while (answer != PartAnswerKind.Stored)
        {
            var part = new TakePart(Samples.SlotOf(name), $"edge/{name}", 1, null, "edge", Samples.Block(name, $"from {name}"));
            answer = (await region.Ask<PartAnswer>(part, NodeHost.Patience)).Kind;
        }
    }
}
