using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Receiving;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>What a certificate lets an edge claim, for tests.</summary>
internal static class CertificateClaims
{
    public static HostClaims Of(string pattern)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=edge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(HostClaims.UriOf(pattern));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(Samples.Start, Samples.Start.AddDays(1));
        return new HostClaims(certificate);
    }
}
