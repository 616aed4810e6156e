using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorLog.Node.Links;

/// <summary>Whether a certificate may be shown to clients: an edge's of <c>actorlog certs</c> is for clients alone.</summary>
internal static class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>Why it may not, as a phrase that follows its name; null: it may, or it cannot be read, which its reader tells.</summary>
    public static string? FindFault(string path)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
                .SelectMany(static extension => extension.EnhancedKeyUsages.Cast<Oid>())
                .Select(static usage => usage.Value).ToList();
            return usages.Count == 0 || usages.Contains(ServerAuthentication) || usages.Contains(AnyUsage) ? null : "is not for serverAuth";
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
