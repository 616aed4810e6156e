using System.Net.Security;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorLog.Node.Tests.Clustering;

/// <summary>Several aggregators in one process over TLS: who is let in, and what both sides say when somebody is not.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task Three_form_a_cluster_and_share_the_partitions()
    {
        await using var host = new ClusterHost(3);
        var members = Enumerable.Range(0, 3).Select(place => host.Start(place)).ToList();
        await NodeHost.Until(() => members.All(static member => member.IsUp), "all are up");
        await NodeHost.Until(
            () => members.Sum(static member => member.Ledger[LedgerLevel.PartitionsOwned]) == 16
                && members.All(static member => member.Ledger[LedgerLevel.PartitionsOwned] > 0),
            "the partitions are spread over all");
        await NodeHost.Until(() => members.All(static member => member.Readiness.Describe().Contains("3 of 3 members up", StringComparison.Ordinal)), "ready tells it");
        Assert.All(members, static member => Assert.Equal(3, member.Ledger[LedgerLevel.MembersUp]));
    }

    [Fact]
    public async Task What_one_member_takes_is_stored_and_written_by_the_member_that_has_the_partition()
    {
        await using var host = new ClusterHost(3);
        var members = Enumerable.Range(0, 3).Select(place => host.Start(place)).ToList();
        await NodeHost.Until(
            () => members.Sum(static member => member.Ledger[LedgerLevel.PartitionsOwned]) == 16
                && members.All(static member => member.Ledger[LedgerLevel.PartitionsOwned] > 0),
            "the partitions are spread over all");
        var region = ClusterSharding.Get(members[0].System).ShardRegion("partition");
        var names = Enumerable.Range(0, 60).Select(static i => $"web-{i}").ToList();
        foreach (var name in names)
        {
            await StoreAsync(region, name);
        }

        await NodeHost.Until(() => Lines(host).Count >= names.Count, "all lines are written");
        Assert.Equal(names.Order(), Lines(host).Order());
        var writers = Directory.EnumerateFiles(host.Folder, "web-*.log", SearchOption.AllDirectories)
            .Select(static path => Path.GetDirectoryName(path)).Distinct().Count();
        Assert.Equal(3, writers);
    }

    [Fact]
    public async Task The_only_seed_is_a_cluster_and_ready()
    {
        await using var host = new ClusterHost(1);
        var only = host.Start(0);
        await NodeHost.Until(() => only.Ledger[LedgerLevel.PartitionsOwned] == 16, "it has all partitions");
        await NodeHost.Until(() => only.Readiness.IsReady, "it is ready");
        Assert.Contains("cluster: ready, 1 of 1 members up, 16 of 16 partitions here", only.Readiness.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_three_alone_stores_nothing_and_says_why()
    {
        await using var host = new ClusterHost(3);
        var first = host.Start(0);
        await NodeHost.Until(() => first.Readiness.Describe().Contains("cannot be reached", StringComparison.Ordinal), "it says what is missing");
        Assert.False(first.IsUp);
        Assert.Equal(0, first.Ledger[LedgerLevel.PartitionsOwned]);
        Assert.Contains("With 2 members that reach each other", first.Readiness.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edge_s_certificate_does_not_open_the_cluster()
    {
        await using var host = new ClusterHost(3);
        var (first, other) = (host.Start(0), host.Start(1));
        var edge = host.Start(2, host.EdgeIdentity());
        await UntilLogged(first, "refused 127.0.0.1", "is no cluster node's: it lacks the URI urn:actorlog:aggregator");
        // Either the other's certificate was good and it was refused in turn, or it was not trusted as a server's at all.
        await UntilLogged(edge, "no connection to 127.0.0.1");
        await NodeHost.Until(() => first.IsUp && other.IsUp, "the others are a cluster");
        Assert.False(edge.IsUp);
    }

    [Fact]
    public async Task A_certificate_of_another_CA_does_not_open_the_cluster()
    {
        await using var host = new ClusterHost(3);
        var (first, other) = (host.Start(0), host.Start(1));
        var stranger = host.Start(2, host.OtherAuthority());
        await UntilLogged(first, "refused 127.0.0.1", "the certificate of CN=localhost is not accepted");
        await UntilLogged(stranger, "no connection to 127.0.0.1", "the certificate of CN=localhost is not accepted");
        await NodeHost.Until(() => first.IsUp && other.IsUp, "the others are a cluster");
        Assert.False(stranger.IsUp);
    }

    [Fact]
    public async Task A_certificate_with_another_name_is_refused_by_both_sides()
    {
        await using var host = new ClusterHost(3);
        var (wrong, other) = (host.Start(0, host.OtherName()), host.Start(1));
        await UntilLogged(other, "no connection to 127.0.0.1", "does not name this host");
        await UntilLogged(other, "refused 127.0.0.1", "does not name 127.0.0.1, as which the node dials");
        await UntilLogged(wrong, "refused 127.0.0.1");
        await UntilLogged(wrong, "no connection to 127.0.0.1", "it does not accept this node's certificate");
        Assert.False(wrong.IsUp);
        Assert.False(other.IsUp);
    }

    [Fact]
    public async Task Who_shows_no_certificate_is_refused_and_hurts_nobody()
    {
        await using var host = new ClusterHost(3);
        var members = Enumerable.Range(0, 3).Select(place => host.Start(place)).ToList();
        await NodeHost.Until(() => members.All(static member => member.IsUp), "all are up");
        using (var plain = new TcpClient("127.0.0.1", host.Seeds[0].Port))
        {
            await plain.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            await UntilLogged(members[0], "refused 127.0.0.1", "the TLS handshake failed");
        }

        using (var client = new TcpClient("127.0.0.1", host.Seeds[1].Port))
        {
            await using var tls = new SslStream(client.GetStream(), false, static (_, certificate, _, _) => certificate is not null);
            var read = Read(tls);
            await UntilLogged(members[1], "refused 127.0.0.1", "the peer showed no certificate");
            await Assert.ThrowsAnyAsync<IOException>(() => read);
        }

        Assert.All(members, static member => Assert.False(member.System.WhenTerminated.IsCompleted));
        Assert.All(members, static member => Assert.True(member.IsUp));

        static async Task Read(SslStream tls)
        {
            await tls.AuthenticateAsClientAsync("localhost");
            if (await tls.ReadAsync(new byte[1]) == 0)
            {
                throw new IOException("closed");
            }
        }
    }

    [Fact]
    public async Task Another_number_of_partitions_is_refused_with_the_reason_on_both_sides()
    {
        await using var host = new ClusterHost(3);
        var (first, other) = (host.Start(0), host.Start(1));
        await NodeHost.Until(() => first.IsUp && other.IsUp, "two are a cluster");
        var odd = host.Start(2, change: static settings => settings with { Partitions = 8 });
        var fault = Assert.IsType<StartFaultException>(await odd.Readiness.Refused.WaitAsync(NodeHost.Patience));
        Assert.Contains("does not let this node join the cluster: it has partitions = 16 and this node 8", fault.Cause, StringComparison.Ordinal);
        Assert.StartsWith("Set the same partitions", fault.Remedy, StringComparison.Ordinal);
        await UntilLogged(first, "node-2 at 127.0.0.1", "cannot join: it has partitions = 8 and this node 16");
    }

    [Fact]
    public async Task Another_journal_is_refused_before_there_is_a_cluster_the_later_seed_gives_way()
    {
        await using var host = new ClusterHost(3);
        var apart = SqliteFile.Prepare(Path.Combine(host.Folder, "apart.db"));
        var (first, odd) = (host.Start(0), host.Start(1, journal: apart));
        var fault = Assert.IsType<StartFaultException>(await odd.Readiness.Refused.WaitAsync(NodeHost.Patience));
        Assert.Contains($"its journal is {host.Journal.Id} and this node's is {apart.Id}", fault.Cause, StringComparison.Ordinal);
        await UntilLogged(first, "node-1 at 127.0.0.1", "cannot join: its journal is");
        Assert.False(first.Readiness.Refused.IsCompleted);
    }

    [Fact]
    public async Task A_member_that_is_lost_is_put_out_and_its_partitions_go_to_the_others()
    {
        await using var host = new ClusterHost(3);
        var members = Enumerable.Range(0, 3).Select(place => host.Start(place)).ToList();
        await NodeHost.Until(() => members.All(static member => member.IsUp), "all are up");
        await members[0].DisposeAsync();
        var left = members.Skip(1).ToList();
        var ended = $"127.0.0.1:{host.Seeds[0].Port} has ended, nobody listens there any more";
        await NodeHost.Until(
            () => left.Exists(member => member.Log.Any(line => line.Contains(ended, StringComparison.Ordinal))), $"one of them says '{ended}'");
        await NodeHost.Until(
            () => left.All(static member => member.Ledger[LedgerLevel.MembersUp] == 2)
                && left.Sum(static member => member.Ledger[LedgerLevel.PartitionsOwned]) == 16,
            "the two have all partitions");
    }

    [Fact]
    public async Task A_member_that_leaves_hands_its_partitions_over()
    {
        await using var host = new ClusterHost(3);
        var members = Enumerable.Range(0, 3).Select(place => host.Start(place)).ToList();
        await NodeHost.Until(() => members.All(static member => member.Ledger[LedgerLevel.PartitionsOwned] > 0), "all have partitions");
        await members[0].LeaveAsync().WaitAsync(NodeHost.Patience);
        Assert.DoesNotContain(members[0].Log, static line => line.Contains("have no other member yet", StringComparison.Ordinal));
        var left = members.Skip(1).ToList();
        await UntilTheyHaveAll(left);
        Assert.DoesNotContain(left, static member => member.Ledger[LedgerLevel.MembersUnreachable] > 0);
    }

    // As a gateway does: again until it is stored.
    private static async Task StoreAsync(IActorRef region, string name)
    {
        var answer = PartAnswerKind.Later;
        while (answer != PartAnswerKind.Stored)
        {
            var part = new TakePart(Samples.SlotOf(name), $"edge/{name}", 1, null, "edge", Samples.Block(name, $"from {name}"));
            answer = (await region.Ask<PartAnswer>(part, NodeHost.Patience)).Kind;
        }
    }

    private static List<string> Lines(ClusterHost host) =>
        [.. Directory.EnumerateFiles(host.Folder, "web-*.log", SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Select(static line => line[(line.LastIndexOf(' ') + 1)..])];

    private static Task UntilTheyHaveAll(IReadOnlyList<ClusterMember> members) => NodeHost.Until(
        () => members.Sum(static member => member.Ledger[LedgerLevel.PartitionsOwned]) == 16,
        () => $"they have all partitions; {string.Join("\n\n", members.Select(static member =>
            $"{member.Name} has {member.Ledger[LedgerLevel.PartitionsOwned]}, {Said(member)}"))}");

    private static Task UntilLogged(ClusterMember member, params string[] parts) => NodeHost.Until(
        () => member.Log.Any(line => parts.All(part => line.Contains(part, StringComparison.Ordinal))),
        () => $"{member.Name} says '{string.Join(" ... ", parts)}'; {Said(member)}");

    private static string Said(ClusterMember member) => $"it said:\n{string.Join('\n', member.Log)}";
}
