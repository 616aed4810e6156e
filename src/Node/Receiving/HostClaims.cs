using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorLog.Node.Links;
using ActorLog.Node.Routing;

namespace ActorLog.Node.Receiving;

/// <summary>
/// Which host names an edge may file records under, as its certificate says: one SAN URI <c>urn:actorlog:host:PATTERN</c>
/// for each glob. A certificate without any may claim only its common name and its DNS names.
/// </summary>
public sealed class HostClaims
{
    /// <summary>What stands before the pattern in a SAN URI.</summary>
    public const string UriPrefix = "urn:actorlog:host:";

    private readonly BytePattern[] _patterns;

    /// <summary>Reads the claims of a certificate whose chain has been verified by the caller.</summary>
    /// <exception cref="AsnContentException">The certificate's SAN extension is damaged.</exception>
    public HostClaims(X509Certificate2 certificate)
    {
        var patterns = UriPatterns(certificate).ToList();
        // Names are taken to the letter: a wildcard in a DNS name is one of TLS, not a claim on hosts.
        Patterns = patterns.Count > 0
            ? patterns
            : [.. Names(certificate).Where(static name => name.AsSpan().IndexOfAny('*', '?') < 0)];
        _patterns = [.. Patterns.Select(BytePattern.HostGlob)];
    }

    /// <summary>The globs, for a person to read.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>Whether records may be filed under this host; ASCII letters in either case. Allocates nothing.</summary>
    public bool Allows(ReadOnlySpan<byte> host)
    {
        foreach (var pattern in _patterns)
        {
            if (!host.IsEmpty && pattern.Matches(host))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The SAN URI of a pattern; what a URI cannot hold is percent-encoded (RFC 3986, section 2.1).</summary>
    internal static Uri UriOf(string pattern) =>
        new(UriPrefix + Uri.EscapeDataString(pattern).Replace("%2A", "*", StringComparison.Ordinal));

    private static IEnumerable<string> UriPatterns(X509Certificate2 certificate) =>
        SubjectNames.Uris(certificate)
            .Where(static uri => uri.StartsWith(UriPrefix, StringComparison.OrdinalIgnoreCase) && uri.Length > UriPrefix.Length)
            .Select(static uri => Uri.UnescapeDataString(uri[UriPrefix.Length..]));

    private static IEnumerable<string> Names(X509Certificate2 certificate)
    {
        var commonName = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static extension => extension.EnumerateDnsNames())
            .Append(commonName)
            .Where(static name => name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= 255)
            .Distinct(StringComparer.OrdinalIgnoreCase);
    }
}
