using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorLog.Node.Links;

namespace ActorLog.Node.Clustering;

/// <summary>
/// The first bytes of the node that dials, behind the handshake: the host that it advertises, in UTF-8 behind its length in
/// one byte. TLS checks the name of the one that is dialled only; by this its peer checks the other's too.
/// </summary>
internal static class NodeGreeting
{
    /// <summary>Says the own host.</summary>
    public static void Write(SslStream tls, string host)
    {
        var bytes = new byte[1 + byte.MaxValue];
        bytes[0] = checked((byte)Encoding.UTF8.GetBytes(host, bytes.AsSpan(1)));
        tls.Write(bytes, 0, 1 + bytes[0]);
    }

    /// <summary>Reads the other's host, and holds its certificate against it.</summary>
    /// <exception cref="UntrustedPeerException">It is none, or the certificate does not name it.</exception>
    /// <exception cref="EndOfStreamException">The other has closed.</exception>
    public static void Read(SslStream tls)
    {
        var bytes = new byte[1 + byte.MaxValue];
        tls.ReadExactly(bytes, 0, 1);
        tls.ReadExactly(bytes, 1, bytes[0]);
        var host = Encoding.UTF8.GetString(bytes, 1, bytes[0]);
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new UntrustedPeerException("the node says no host as which it dials");
        }

        var certificate = (X509Certificate2)tls.RemoteCertificate!;
        if (!NodeCertificate.Names(certificate, host))
        {
            throw new UntrustedPeerException($"the certificate of {certificate.Subject} does not name {host}, as which the node dials");
        }
    }
}
