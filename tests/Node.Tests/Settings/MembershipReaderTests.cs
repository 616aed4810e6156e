using System.Runtime.Versioning;
using ActorLog.Node.Cli;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Settings;

/// <summary>aggregator.cluster: who this node is among the members, and what a member needs.</summary>
[SupportedOSPlatform("linux")]
public sealed class MembershipReaderTests : IDisposable
{
    private const string Tls = "actorlog.tls {\n  ca = ca.pem\n  certificate = server.pem\n  key = server-key.pem\n}\n";
    private const string Journal = "actorlog.aggregator.journal = \"postgresql://actorlog@db/journal\"\n";
    private const string Three = "seeds = [\"a-0.agg:4053\", \"a-1.agg:4053\", \"a-2.agg:4053\"]";
    private readonly TemporaryFolder _folder = new();

    public MembershipReaderTests()
    {
        var issuer = new CertificateIssuer(DateTimeOffset.UtcNow);
        var certificates = new CertificateFolder(_folder.Path, replace: false);
        using var authority = certificates.SaveAuthority(issuer.MakeAuthority("test", 10));
        using var server = certificates.Save("server", issuer.MakeServer(authority, ["*.agg", "127.0.0.1"], 5));
        using var edge = certificates.Save("edge", issuer.MakeEdge(authority, "a-1.agg", [], 5));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void By_default_a_node_is_alone() =>
        Assert.Null(SettingsReader.Read(SettingsRequest.Default).Settings!.Aggregator.Cluster);

    [Theory]
    [InlineData("a-1", "listen = \"0.0.0.0:4053\", " + Three)]
    [InlineData("a-1.agg.cluster.local", "listen = \"[::]:4053\", " + Three)]
    [InlineData("any", "listen = \"0.0.0.0:9999\", advertise = \"a-1.agg:4053\", " + Three)]
    [InlineData("any", "listen = \"10.0.0.5:4053\", advertise = \"a-1.agg\", " + Three)]
    public void A_member_knows_itself_among_the_seeds(string machine, string cluster)
    {
        var read = Read(machine, Tls + Journal + Cluster(cluster));

        Assert.Empty(read.Faults);
        var settings = read.Settings!.Aggregator.Cluster!;
        Assert.Equal(("a-1.agg", 4053), (settings.Advertise.Host, settings.Advertise.Port));
        Assert.Equal(2, settings.MembersMin);
        Assert.Null(settings.Advice);
    }

    [Theory]
    [InlineData("", "0.0.0.0:6514", "a-1.agg:6514")]
    [InlineData("", "off", null)]
    [InlineData("gateway = off, ", "0.0.0.0:6514", null)]
    [InlineData("gateway = \"logs.example:443\", ", "0.0.0.0:6514", "logs.example:443")]
    public void Edges_are_told_of_the_gateway_under_the_name_that_members_know(string gateway, string listen, string? told)
    {
        var read = Read("a-1", $"{Tls}{Journal}actorlog.aggregator.listen = \"{listen}\"\n{Cluster($"{gateway}listen = \"0.0.0.0:4053\", {Three}")}");

        Assert.Empty(read.Faults);
        var found = read.Settings!.Aggregator.Cluster!.Gateway;
        Assert.Equal(told, found is null ? null : $"{found.Host}:{found.Port}");
    }

    [Theory]
    [InlineData("seeds = [\"a-1.agg:4053\"]", "seeds: is of no use without cluster.listen")]
    [InlineData("listen = \"0.0.0.0:4053\"", "listen: needs cluster.seeds: all members, this node among them")]
    [InlineData("listen = \"0.0.0.0:4053\", seeds = [\"b-0.agg:4053\"]", "seeds: does not tell which member this node is ('a-1', port 4053): name it in cluster.advertise")]
    [InlineData("listen = \"0.0.0.0:4053\", advertise = \"b-0.agg\", " + Three, "advertise: 'b-0.agg:4053' is none of cluster.seeds, which lists all members")]
    [InlineData("listen = \"0.0.0.0:4053\", advertise = \"a b\", " + Three, "advertise: 'a b' is neither auto, nor a host, nor host:port (try aggregator-0.example:4053)")]
    [InlineData("listen = \"0.0.0.0:4053\", members-min = 1, " + Three, "members-min: '1' is out of range: 2 (the majority of seeds) to 3 (all of them)")]
    [InlineData("listen = \"0.0.0.0:4053\", gateway = \"here\", " + Three, "gateway: 'here' is neither auto, nor off, nor host:port (try aggregator-0.example:6514)")]
    [InlineData("listen = \"0.0.0.0:4053\", members-min = few, " + Three, "members-min: 'few' is neither auto nor a whole number (1 to 1000)")]
    [InlineData("listen = \"0.0.0.0:4053\", seeds = [\"a-1.agg:4053\", \"a-0.agg:4053\", \"A-0.agg:4053\"]", "seeds: names a-0.agg:4053 twice")]
    [InlineData("listen = \"aggregator:4053\", " + Three, "listen: 'aggregator:4053' is neither off nor an address and port (try 127.0.0.1:5140 or [::1]:5140)")]
    public void What_does_not_go_together_is_told(string cluster, string fault) =>
        Assert.Equal([$"actorlog.aggregator.cluster.{fault}"], FaultsOf(Tls + Journal + Cluster(cluster)));

    [Fact]
    public void All_faults_are_told_at_once_with_their_places() =>
        Assert.Equal(
            [
                "akka.hocon:1:31 actorlog.aggregator.cluster.listen: needs tls.ca, tls.certificate and tls.key (actorlog certs makes them): members speak over TLS only",
                "default actorlog.aggregator.journal: 'journal.db' is a file of one node: members of a cluster need one journal for all, postgresql://...",
            ],
            Read("a-1", Cluster("listen = \"0.0.0.0:4053\", " + Three)).Faults.Select(Shown));

    [Fact]
    public void A_certificate_that_does_not_open_the_cluster_is_told()
    {
        Assert.Equal(
            ["actorlog.tls.certificate: 'edge.pem' is no cluster node's: it lacks the URI urn:actorlog:aggregator (actorlog certs --server sets it; an edge's never has it)"],
            FaultsOf(Tls.Replace("server", "edge", StringComparison.Ordinal) + Journal + Cluster("listen = \"0.0.0.0:4053\", " + Three)));
        Assert.Equal(
            ["actorlog.tls.certificate: 'server.pem' does not name 'a-1.other', as which this node is known to the others (actorlog certs --server a-1.other)"],
            FaultsOf(Tls + Cluster("listen = \"0.0.0.0:4053\", seeds = [\"a-1.other:4053\"]")));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "two members")]
    [InlineData(3, null)]
    [InlineData(4, "run an odd number")]
    public void An_even_number_of_members_is_advised_against(int members, string? advice)
    {
        var seeds = string.Join(", ", Enumerable.Range(0, members).Select(static i => $"\"a-{i}.agg:4053\""));
        var read = Read("a-0", Tls + Journal + Cluster($"listen = \"0.0.0.0:4053\", seeds = [{seeds}]"));

        Assert.Contains(advice ?? string.Empty, read.Settings!.Aggregator.Cluster!.Advice ?? string.Empty, StringComparison.Ordinal);
        Assert.Equal(advice is null, read.Settings.Aggregator.Cluster.Advice is null);
        Assert.Contains(SettingsSummary.Lines(read.Settings), static line => line.StartsWith("cluster     a-0.agg:4053", StringComparison.Ordinal));
    }

    private static string Cluster(string text) => $"actorlog.aggregator.cluster {{ {text} }}";

    private string Shown(SettingsFault fault) => fault.ToString().Replace(_folder.Path + "/", "", StringComparison.Ordinal);

    private IEnumerable<string> FaultsOf(string hocon) =>
        Read("a-1", hocon).Faults.Select(Shown).Select(static fault => fault[(fault.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    private SettingsReading Read(string machine, string hocon) =>
        SettingsReader.Read(new SettingsRequest(_folder.Write("akka.hocon", hocon), new Dictionary<string, string>(), []) { MachineName = machine });
}
