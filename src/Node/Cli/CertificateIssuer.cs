using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;

namespace ActorLog.Node.Cli;

/// <summary>
/// Makes certificates: X.509 v3 (RFC 5280), ECDSA on P-256. All begin five minutes early, so that a clock a little
/// behind takes them.
/// </summary>
/// <param name="now">The time they are made at.</param>
internal sealed class CertificateIssuer(DateTimeOffset now)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private readonly DateTimeOffset _begin = now.AddMinutes(-5);

    /// <summary>A CA of its own, with its key.</summary>
    public X509Certificate2 MakeAuthority(string commonName, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(commonName, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(_begin, now.AddDays(days));
    }

    /// <summary>A server's certificate; an aggregator is a client of the others too, and may be of their cluster.</summary>
    /// <param name="authority">The CA, with its key.</param>
    /// <param name="names">DNS names and addresses, one at least; the first is the common name.</param>
    /// <param name="days">How long it is valid.</param>
    public X509Certificate2 MakeServer(X509Certificate2 authority, IReadOnlyList<string> names, int days)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        alternatives.AddUri(new Uri(NodeCertificate.Mark));
        return Issue(authority, names[0], alternatives, [ServerAuthentication, ClientAuthentication], days);
    }

    /// <summary>An edge's certificate.</summary>
    /// <param name="authority">The CA, with its key.</param>
    /// <param name="name">Its common and DNS name.</param>
    /// <param name="hosts">The globs of the hosts it may claim; none: its name only.</param>
    /// <param name="days">How long it is valid.</param>
    public X509Certificate2 MakeEdge(X509Certificate2 authority, string name, IReadOnlyList<string> hosts, int days)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddDnsName(name);
        foreach (var host in hosts)
        {
            alternatives.AddUri(HostClaims.UriOf(host));
        }

        return Issue(authority, name, alternatives, [ClientAuthentication], days);
    }

    private X509Certificate2 Issue(
        X509Certificate2 authority, string commonName, SubjectAlternativeNameBuilder names, string[] usages, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(commonName, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [.. usages.Select(static usage => new Oid(usage))], false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        // A certificate that outlives its CA would not verify anyway.
        var end = now.AddDays(days);
        var last = new DateTimeOffset(authority.NotAfter.ToUniversalTime());
        using var certificate = request.Create(authority, _begin < authority.NotBefore ? authority.NotBefore : _begin,
            end < last ? end : last, SerialNumber());
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Request(string commonName, ECDsa key)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static byte[] SerialNumber()
    {
        // Positive, and without a leading zero byte (RFC 5280, section 4.1.2.2).
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
