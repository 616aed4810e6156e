using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Links;

/// <summary>
/// This node's certificate and the CA that it trusts. TLS is mutual and of version 1.2 or later: both sides' certificates
/// come from the one CA, and an edge checks the aggregator's name. Nothing is fetched from addresses in a certificate.
/// </summary>
internal sealed class TlsIdentity
{
    private readonly X509Certificate2 _ca;
    private readonly SslStreamCertificateContext _context;

    /// <summary>When the own certificate begins and ends, UTC.</summary>
    public (DateTime Begins, DateTime Ends) Validity { get; }

    /// <summary>Reads the files.</summary>
    public TlsIdentity(TlsSettings settings)
    {
        _ca = X509CertificateLoader.LoadCertificateFromFile(settings.CaPath);
        var own = X509Certificate2.CreateFromPemFile(settings.CertificatePath, settings.KeyPath);
        Validity = (own.NotBefore.ToUniversalTime(), own.NotAfter.ToUniversalTime());
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(settings.CertificatePath);
        _context = SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    /// <summary>What is wrong with the own certificate's time; null: nothing.</summary>
    public string? Fault(DateTimeOffset now) =>
        now.UtcDateTime > Validity.Ends ? $"expired on {Validity.Ends:u}"
        : now.UtcDateTime < Validity.Begins ? $"is not valid before {Validity.Begins:u}"
        : null;

    /// <summary>The edge's side: sends the own certificate, and checks chain and name of the aggregator's.</summary>
    /// <exception cref="UntrustedPeerException">The aggregator's certificate is not accepted.</exception>
    public async Task<SslStream> ConnectAsync(Stream transport, string host, CancellationToken stop)
    {
        var tls = new SslStream(transport);
        try
        {
            var check = new PeerCheck(isNode: false);
            await check.Of(tls.AuthenticateAsClientAsync(ClientOptions(host, check), stop));
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>The aggregator's side: asks for a certificate and takes none but the CA's.</summary>
    /// <exception cref="UntrustedPeerException">The edge's certificate is not accepted.</exception>
    public async Task<SslStream> AcceptAsync(Stream transport, CancellationToken stop)
    {
        var tls = new SslStream(transport);
        try
        {
            var check = new PeerCheck(isNode: false);
            await check.Of(tls.AuthenticateAsServerAsync(ServerOptions(check), stop));
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A cluster node's side that dials: chain, mark and name of the other are checked. Blocks, and closes nothing when it throws.
    /// </summary>
    /// <exception cref="UntrustedPeerException">The other's certificate is not accepted.</exception>
    public SslStream ConnectToNode(Stream transport, string host)
    {
        var tls = new SslStream(transport);
        var check = new PeerCheck(isNode: true);
        check.Of(() => tls.AuthenticateAsClient(ClientOptions(host, check)));
        return tls;
    }

    /// <summary>
    /// A cluster node's side that is dialled: chain and mark of the other are checked; its name is, when it has said it.
    /// Blocks, and closes nothing when it throws.
    /// </summary>
    /// <exception cref="UntrustedPeerException">The other's certificate is not accepted.</exception>
    public SslStream AcceptNode(Stream transport)
    {
        var tls = new SslStream(transport);
        var check = new PeerCheck(isNode: true);
        check.Of(() => tls.AuthenticateAsServer(ServerOptions(check)));
        return tls;
    }

    private SslClientAuthenticationOptions ClientOptions(string host, PeerCheck check) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = _context,
        CertificateChainPolicy = Policy("1.3.6.1.5.5.7.3.1"),
        RemoteCertificateValidationCallback = check.IsAccepted,
    };

    private SslServerAuthenticationOptions ServerOptions(PeerCheck check) => new()
    {
        ServerCertificateContext = _context,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = Policy("1.3.6.1.5.5.7.3.2"),
        RemoteCertificateValidationCallback = check.IsAccepted,
    };

    private X509ChainPolicy Policy(string usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(_ca);
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(usage));
        return policy;
    }
}
