using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorLog.Node.Links;

namespace ActorLog.Node.Clustering;

/// <summary>
/// The first bytes of the node that dials, behind the handshake: the host that it advertises, in UTF-8 behind its length in
/// one byte. TLS checks the name of the one that is dialled only; by this its peer checks the other's too. Who comes to read
/// files (decision 0024) says so in front of it: a length of 0, which a node that serves no readers takes for no host, and a version.
/// The answer is one byte; a reader that is refused gets the reason behind it, as the host.
/// </summary>
internal static class NodeGreeting
{
    // With TLS 1.3 who dials believes itself accepted before it is.
    private const byte Accepted = 1;
    private const byte Refused = 2;
    private const byte ReaderVersion = 1;

    /// <summary>Says the own host, as a member.</summary>
    public static void Write(SslStream tls, string host) => Write(tls, [], host);

    /// <summary>Says the own host, as a reader.</summary>
    public static void WriteReader(SslStream tls, string host) => Write(tls, [0, ReaderVersion], host);

    /// <summary>Lets the other in.</summary>
    public static void Accept(SslStream tls) => tls.WriteByte(Accepted);

    /// <summary>Tells a reader why not.</summary>
    public static void Refuse(SslStream tls, string why) => Write(tls, [Refused], why);

    /// <summary>Reads the answer of the one that was dialled.</summary>
    /// <returns>Why it lets nobody in; null: it does.</returns>
    public static string? ReadAnswer(SslStream tls)
    {
        switch (tls.ReadByte())
        {
            case Accepted:
                return null;
            case Refused:
                var bytes = new byte[1 + byte.MaxValue];
                tls.ReadExactly(bytes, 0, 1);
                tls.ReadExactly(bytes, 1, bytes[0]);
                return Encoding.UTF8.GetString(bytes, 1, bytes[0]);
            default:
                return "it does not accept this node's certificate; its log says why";
        }
    }

    /// <summary>Reads the other's host, and holds its certificate against it.</summary>
    /// <param name="tls">The connection.</param>
    /// <param name="isReader">Whether it comes to read files; else as a member.</param>
    /// <returns>Why this program does not understand the reader; null: it does.</returns>
    /// <exception cref="UntrustedPeerException">It is none, or the certificate does not name it.</exception>
    /// <exception cref="EndOfStreamException">The other has closed.</exception>
    public static string? Read(SslStream tls, out bool isReader)
    {
        var bytes = new byte[1 + byte.MaxValue];
        tls.ReadExactly(bytes, 0, 1);
        isReader = bytes[0] == 0;
        var version = ReaderVersion;
        if (isReader)
        {
            tls.ReadExactly(bytes, 0, 2);
            (version, bytes[0]) = (bytes[0], bytes[1]);
        }

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

        return version == ReaderVersion ? null : $"it serves readers of version {ReaderVersion}, not {version}";
    }

    private static void Write(SslStream tls, ReadOnlySpan<byte> before, string text)
    {
        Span<byte> bytes = stackalloc byte[3 + byte.MaxValue];
        before.CopyTo(bytes);
        var length = Encoding.UTF8.GetBytes(text, bytes[(before.Length + 1)..]);
        bytes[before.Length] = checked((byte)length);
        tls.Write(bytes[..(before.Length + 1 + length)]);
    }
}
