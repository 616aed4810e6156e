using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Links;

/// <summary>What the files of <see cref="TlsSettings"/> held at one moment: the CAs that are trusted, the own certificate, its key.</summary>
internal sealed class CertificateSet
{
    private const string Begins = "-----BEGIN CERTIFICATE-----";

    private readonly X509Certificate2 _own;
    private readonly bool _isOneCa;

    private CertificateSet(
        byte[] stamp, X509Certificate2Collection authorities, X509Certificate2 own, X509Certificate2Collection chain, bool isOneCa)
    {
        _isOneCa = isOneCa;
        Stamp = stamp;
        Authorities = authorities;
        Chain = chain;
        _own = own;
        Context = SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    /// <summary>A hash of the files' bytes.</summary>
    public byte[] Stamp { get; }

    /// <summary>The CAs that certificates must come from; several while one takes over from another.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>The own certificate and its key, with what stands between it and the CA.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>When the own certificate begins and ends, UTC.</summary>
    public (DateTime Begins, DateTime Ends) Validity => (_own.NotBefore.ToUniversalTime(), _own.NotAfter.ToUniversalTime());

    private X509Certificate2Collection Chain { get; }

    /// <summary>Reads the files.</summary>
    /// <param name="settings">Their paths.</param>
    /// <param name="known">The stamp of what is in use; null: none.</param>
    /// <returns>What they hold; null: it is what is in use.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">A file is no PEM, half of one, or the key is another certificate's.</exception>
    public static CertificateSet? Read(TlsSettings settings, byte[]? known = null)
    {
        var (ca, certificate, key) = (
            File.ReadAllBytes(settings.CaPath), File.ReadAllBytes(settings.CertificatePath), File.ReadAllBytes(settings.KeyPath));
        var stamp = SHA256.HashData([.. SHA256.HashData(ca), .. SHA256.HashData(certificate), .. SHA256.HashData(key)]);
        if (known is not null && stamp.AsSpan().SequenceEqual(known))
        {
            return null;
        }

        var pem = Encoding.UTF8.GetString(certificate);
        var authorities = All(settings.CaPath, Encoding.UTF8.GetString(ca));
        var chain = All(settings.CertificatePath, pem);
        return new CertificateSet(stamp, authorities, Own(settings, pem, Encoding.UTF8.GetString(key)), chain, settings.IsOneCa);
    }

    /// <summary>What is wrong with the own certificate's time, behind its name; null: nothing.</summary>
    public string? FindTimeFault(DateTimeOffset now) => CertificateChain.FindTimeFault(_own, now);

    /// <summary>Why peers that trust the same CAs would refuse the own certificate, behind its name; null: they would not.</summary>
    public string? FindFault(DateTimeOffset now)
    {
        if (FindTimeFault(now) is { } fault)
        {
            return fault;
        }

        return _isOneCa && CertificateChain.FindFault(_own, Chain, Authorities, now) is { } why ? $"does not come from the CA ({why})" : null;
    }

    /// <summary>What a peer's chain must be.</summary>
    /// <param name="usage">What its certificate must be for.</param>
    public X509ChainPolicy Policy(string usage)
    {
        var policy = CertificateChain.Policy(Authorities);
        policy.ApplicationPolicy.Add(new Oid(usage));
        return policy;
    }

    private static X509Certificate2Collection All(string path, string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        // One that has begun and not ended is no error to the library.
        if (all.Count == 0 || all.Count != pem.AsSpan().Count(Begins))
        {
            throw new CryptographicException($"'{path}' does not hold whole certificates in PEM");
        }

        return all;
    }

    private static X509Certificate2 Own(TlsSettings settings, string pem, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem, key);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException($"'{settings.KeyPath}' is not the key of '{settings.CertificatePath}'", e);
        }
    }
}
