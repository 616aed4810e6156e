using System.Security.Cryptography.X509Certificates;

namespace ActorLog.Node.Links;

/// <summary>How a certificate comes from the CAs that are trusted. Nothing is fetched from addresses in a certificate.</summary>
internal static class CertificateChain
{
    /// <summary>What a chain must be, whatever its certificate is for.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>What is wrong with a certificate's own time, behind its name; null: nothing.</summary>
    public static string? FindTimeFault(X509Certificate2 certificate, DateTimeOffset at) =>
        at.UtcDateTime > certificate.NotAfter.ToUniversalTime() ? $"expired on {certificate.NotAfter.ToUniversalTime():u}"
        : at.UtcDateTime < certificate.NotBefore.ToUniversalTime() ? $"is not valid before {certificate.NotBefore.ToUniversalTime():u}"
        : null;

    /// <summary>Why a certificate does not come from the CAs, as the library names it; null: it does.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="between">What may stand between it and a CA.</param>
    /// <param name="authorities">The CAs.</param>
    /// <param name="at">When; null: whether or not their time has come.</param>
    public static string? FindFault(
        X509Certificate2 certificate, X509Certificate2Collection between, X509Certificate2Collection authorities, DateTimeOffset? at)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(authorities) };
        chain.ChainPolicy.ExtraStore.AddRange(between);
        if (at is { } time)
        {
            chain.ChainPolicy.VerificationTime = time.LocalDateTime;
        }
        else
        {
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        }

        return chain.Build(certificate)
            ? null : string.Join(", ", chain.ChainStatus.Select(static status => status.Status).Distinct());
    }
}
