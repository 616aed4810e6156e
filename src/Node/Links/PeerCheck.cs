using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ActorLog.Node.Links;

/// <summary>Judges the other side's certificate in one handshake, and keeps why it is not accepted: TLS itself tells nobody.</summary>
/// <param name="isNode">Whether it has to be a cluster node's (<see cref="NodeCertificate"/>).</param>
/// <param name="isOptional">Whether there may be none.</param>
internal sealed class PeerCheck(bool isNode, bool isOptional = false)
{
    private string? _why;

    /// <summary>The callback of the handshake.</summary>
    public bool IsAccepted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _why = FaultOf(certificate, chain, errors);
        return _why is null;
    }

    /// <summary>Runs the handshake.</summary>
    /// <exception cref="UntrustedPeerException">The certificate is not accepted.</exception>
    public void Of(Action handshake)
    {
        try
        {
            handshake();
        }
        catch (AuthenticationException e) when (_why is not null)
        {
            throw new UntrustedPeerException(_why, e);
        }
    }

    /// <summary>Waits for the handshake.</summary>
    /// <exception cref="UntrustedPeerException">The certificate is not accepted.</exception>
    public async Task Of(Task handshake)
    {
        try
        {
            await handshake;
        }
        catch (AuthenticationException e) when (_why is not null)
        {
            throw new UntrustedPeerException(_why, e);
        }
    }

    private string? FaultOf(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var subject = certificate?.Subject ?? "no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return isOptional ? null : "the peer showed no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"the certificate of {subject} does not name this host";
        }

        if (errors != SslPolicyErrors.None)
        {
            var statuses = chain?.ChainStatus.Select(static s => s.StatusInformation.Trim()).Distinct() ?? [];
            return $"the certificate of {subject} is not accepted: {string.Join("; ", statuses)}";
        }

        return isNode && NodeCertificate.FindFault((X509Certificate2)certificate!) is { } fault
            ? $"the certificate of {subject} {fault}" : null;
    }
}

/// <summary>The other side's certificate is not accepted; the message says why.</summary>
internal sealed class UntrustedPeerException(string why, Exception? inner = null) : AuthenticationException(why, inner);
