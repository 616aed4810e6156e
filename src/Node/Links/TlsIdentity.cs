using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Links;

/// <summary>
/// This node's certificate and the CAs that it trusts. TLS is mutual (but for a source that does not ask) and of version 1.2 or
/// later: both sides' certificates come from the CA, and who dials checks the other's name. New handshakes use what was last
/// read. Any thread.
/// </summary>
internal sealed class TlsIdentity
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TlsSettings _settings;
    private volatile CertificateSet _set;

    /// <summary>Reads the files.</summary>
    /// <param name="settings">Their paths.</param>
    /// <param name="name">The block of the settings that names them.</param>
    public TlsIdentity(TlsSettings settings, string name = "tls")
    {
        Name = name;
        _settings = settings;
        _set = CertificateSet.Read(settings)!;
    }

    /// <summary>The block of the settings that names the files.</summary>
    public string Name { get; }

    /// <summary>When the own certificate begins and ends, UTC.</summary>
    public (DateTime Begins, DateTime Ends) Validity => _set.Validity;

    /// <summary>What is wrong with the own certificate's time, behind its name; null: nothing.</summary>
    public string? FindFault(DateTimeOffset now) => _set.FindTimeFault(now);

    /// <summary>
    /// Takes the files into use when they have changed. What cannot be read, or no peer would take, is not: they may be in the
    /// middle of being written.
    /// </summary>
    /// <returns>Whether they are in use from now on.</returns>
    /// <exception cref="CryptographicException">They are not to be used, and why.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public bool Renew(DateTimeOffset now)
    {
        if (CertificateSet.Read(_settings, _set.Stamp) is not { } next)
        {
            return false;
        }

        if (next.FindFault(now) is { } fault && _set.FindFault(now) is null)
        {
            throw new CryptographicException($"'{_settings.CertificatePath}' {fault}");
        }

        _set = next;
        return true;
    }

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
    public Task<SslStream> AcceptAsync(Stream transport, CancellationToken stop)
    {
        var check = new PeerCheck(isNode: false);
        return AcceptAsync(transport, check, ServerOptions(check), stop);
    }

    /// <summary>A source's side: a syslog client's certificate is asked for as the source's settings say.</summary>
    /// <exception cref="UntrustedPeerException">The client's certificate is not accepted.</exception>
    public Task<SslStream> AcceptClientAsync(Stream transport, ClientCertificate wanted, CancellationToken stop)
    {
        var check = new PeerCheck(isNode: false, isOptional: wanted != ClientCertificate.Required);
        var options = ServerOptions(check);
        options.ClientCertificateRequired = wanted != ClientCertificate.None;
        // Who connects anew is judged anew, by the CAs of now.
        options.AllowTlsResume = false;
        return AcceptAsync(transport, check, options, stop);
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

    private static async Task<SslStream> AcceptAsync(
        Stream transport, PeerCheck check, SslServerAuthenticationOptions options, CancellationToken stop)
    {
        var tls = new SslStream(transport);
        try
        {
            await check.Of(tls.AuthenticateAsServerAsync(options, stop));
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private SslClientAuthenticationOptions ClientOptions(string host, PeerCheck check)
    {
        var set = _set;
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = set.Context,
            CertificateChainPolicy = set.Policy(ServerAuthentication),
            RemoteCertificateValidationCallback = check.IsAccepted,
        };
    }

    private SslServerAuthenticationOptions ServerOptions(PeerCheck check)
    {
        var set = _set;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = set.Context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = set.Policy(ClientAuthentication),
            RemoteCertificateValidationCallback = check.IsAccepted,
        };
    }
}
