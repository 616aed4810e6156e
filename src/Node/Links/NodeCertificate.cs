using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ActorLog.Node.Links;

/// <summary>
/// Whether a certificate opens the cluster. The CA signs edges too, and a member may do anything to the others, so a
/// member's certificate carries a mark that nobody gets by accident: the SAN URI <c>urn:actorlog:aggregator</c>.
/// </summary>
internal static class NodeCertificate
{
    /// <summary>The mark.</summary>
    public const string Mark = "urn:actorlog:aggregator";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Why it does not, as a phrase that follows its name; null: it does. The caller has verified the chain.</summary>
    public static string? FindFault(X509Certificate2 certificate)
    {
        try
        {
            if (!SubjectNames.Uris(certificate).Contains(Mark, StringComparer.OrdinalIgnoreCase))
            {
                return $"is no cluster node's: it lacks the URI {Mark} (actorlog certs --server sets it; an edge's never has it)";
            }
        }
        catch (AsnContentException)
        {
            return "has damaged alternative names";
        }

        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(static extension => extension.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>())
            .Select(static usage => usage.Value).ToList();
        return usages.Contains(ServerAuthentication) && usages.Contains(ClientAuthentication)
            ? null
            : "is not for both sides of a connection: a member needs serverAuth and clientAuth";
    }

    /// <summary>Whether it names a host, by a DNS name or an address; the common name does not count.</summary>
    public static bool Names(X509Certificate2 certificate, string host) =>
        certificate.MatchesHostname(host.Trim('[', ']'), allowWildcards: true, allowCommonName: false);
}
