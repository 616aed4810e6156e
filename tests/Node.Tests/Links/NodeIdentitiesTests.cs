using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Tests.Settings;
using Akka.Actor;

namespace ActorLog.Node.Tests.Links;

/// <summary>The node's certificate and those of its sources: each is read once, and all are renewed.</summary>
public sealed class NodeIdentitiesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TlsSettings _node;
    private readonly TestAuthority _others;

    public NodeIdentitiesTests()
    {
        _node = new TestAuthority(Path.Join(_folder.Path, "node")).Server();
        _others = new TestAuthority(Path.Join(_folder.Path, "others"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_source_has_its_own_or_the_nodes()
    {
        var identities = new NodeIdentities(Read());

        Assert.Same(identities.Node, identities.OfSources["usual"]);
        Assert.NotSame(identities.Node, identities.OfSources["own"]);
        Assert.Equal(["own", "usual"], identities.OfSources.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["tls", "sources.own.tls"], identities.All.Select(static identity => identity.Name));
    }

    [Fact]
    public async Task All_are_renewed_and_the_first_end_is_told()
    {
        var identities = new NodeIdentities(Read());
        var ledger = new Ledger();
        using var system = ActorSystem.Create("certificates", "akka.loglevel = ERROR");
        system.ActorOf(CertificateActor.Props(identities.All, ledger, TimeProvider.System));
        var first = identities.All.Min(static identity => identity.Validity.Ends);
        await ListeningHost.Until(() => ledger[LedgerLevel.CertificateEnds] == new DateTimeOffset(first).ToUnixTimeSeconds(), "the end is told");

        _others.Server(days: 1);
        await ListeningHost.Until(
            () => ledger[LedgerLevel.CertificateEnds] == new DateTimeOffset(identities.OfSources["own"].Validity.Ends).ToUnixTimeSeconds()
                && identities.OfSources["own"].Validity.Ends < first.AddDays(-1),
            "the source's certificate is renewed");
        await system.Terminate();
    }

    private NodeSettings Read()
    {
        var own = _others.Server();
        var reading = _folder.Read(
            $$"""
            actorlog {
              sources {
                plain { type = udp, listen = "127.0.0.1:5140" }
                usual { type = tls, listen = "127.0.0.1" }
                own {
                  type = tls
                  listen = "127.0.0.1:6515"
                  tls {
                    ca = "{{own.CaPath}}"
                    certificate = "{{own.CertificatePath}}"
                    key = "{{own.KeyPath}}"
                  }
                }
              }
              tls {
                ca = "{{_node.CaPath}}"
                certificate = "{{_node.CertificatePath}}"
                key = "{{_node.KeyPath}}"
              }
            }
            """);
        Assert.Empty(reading.Faults);
        return reading.Settings!;
    }
}
