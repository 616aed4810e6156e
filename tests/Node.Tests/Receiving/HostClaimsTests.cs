using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorLog.Node.Cli;
using ActorLog.Node.Receiving;

namespace ActorLog.Node.Tests.Receiving;

public class HostClaimsTests
{
    [Theory]
    [InlineData("web1", true)]
    [InlineData("WEB1", true)]
    [InlineData("web1-a", true)]
    [InlineData("db?", true)]
    [InlineData("db7", true)]
    [InlineData("ädb", true)]
    [InlineData("db77", false)]
    [InlineData("web2", false)]
    [InlineData("edge1", false)]
    [InlineData("", false)]
    public void An_edge_may_claim_what_its_certificate_lists(string host, bool allowed)
    {
        var claims = ClaimsOf("edge1", "web1*", "db?", "ä*");

        Assert.Equal(["web1*", "db?", "ä*"], claims.Patterns);
        Assert.Equal(allowed, claims.Allows(Encoding.UTF8.GetBytes(host)));
    }

    [Fact]
    public void Without_a_list_it_may_claim_its_own_name()
    {
        var claims = ClaimsOf("edge1");

        Assert.Equal(["edge1"], claims.Patterns);
        Assert.True(claims.Allows("Edge1"u8));
        Assert.False(claims.Allows("edge12"u8));
    }

    [Fact]
    public void A_wildcard_in_a_name_claims_nothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.example");
        names.AddDnsName("web1.example");
        names.AddUri(new Uri("urn:other:host:db1"));
        var request = new CertificateRequest("CN=*", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        var claims = new HostClaims(certificate);

        Assert.Equal(["web1.example"], claims.Patterns);
        Assert.False(claims.Allows("web2.example"u8));
        Assert.False(claims.Allows("db1"u8));
    }

    private static HostClaims ClaimsOf(string name, params string[] hosts)
    {
        var issuer = new CertificateIssuer(DateTimeOffset.UtcNow);
        using var authority = issuer.MakeAuthority("CA", 10);
        using var edge = issuer.MakeEdge(authority, name, hosts, 5);
        return new HostClaims(edge);
    }
}
