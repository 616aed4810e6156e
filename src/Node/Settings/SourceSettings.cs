using System.Net;
using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Settings;

/// <summary>One listener.</summary>
/// <param name="Name">Its key below actorlog.sources.</param>
/// <param name="Transport">What it listens on.</param>
/// <param name="EndPoint">Address and port (udp, tcp, tls), else null.</param>
/// <param name="Path">The socket's path (unix), else null.</param>
/// <param name="PathMode">Permission bits of the socket's file (unix).</param>
/// <param name="Framing">How a stream is cut into frames.</param>
/// <param name="KeepHostname">Believe the header's host; else the record is filed under its sender.</param>
/// <param name="TimeZone">The zone of header times that name none.</param>
/// <param name="RecordBytesMax">A longer record is cut.</param>
/// <param name="ReceiveBufferBytes">SO_RCVBUF of a datagram socket.</param>
/// <param name="ConnectionsMax">Streams: more are refused and counted.</param>
/// <param name="IdleTimeout">Streams: a connection that is silent for so long is closed.</param>
/// <param name="TrustedProxies">Networks whose hops are skipped when the client is looked for.</param>
public sealed record SourceSettings(
    string Name,
    SourceTransport Transport,
    IPEndPoint? EndPoint,
    string? Path,
    UnixFileMode PathMode,
    FramingMode Framing,
    bool KeepHostname,
    TimeZoneInfo TimeZone,
    int RecordBytesMax,
    int ReceiveBufferBytes,
    int ConnectionsMax,
    TimeSpan IdleTimeout,
    IReadOnlyList<IPNetwork> TrustedProxies)
{
    /// <summary>How peers are let in (tls), else null.</summary>
    public TlsSourceSettings? Tls { get; init; }

    /// <summary>It accepts connections; else it takes datagrams.</summary>
    public bool IsStream => Transport.IsStream();

    /// <summary>It listens on a port of TCP.</summary>
    public bool IsTcp => Transport is SourceTransport.Tcp or SourceTransport.Tls;
}

/// <summary>What a listener listens on.</summary>
public enum SourceTransport
{
    /// <summary>UDP (RFC 5426).</summary>
    Udp,
    /// <summary>TCP (RFC 6587).</summary>
    Tcp,
    /// <summary>TLS over TCP (RFC 5425).</summary>
    Tls,
    /// <summary>A unix datagram socket, as /dev/log is.</summary>
    UnixDatagram,
    /// <summary>A unix stream socket.</summary>
    UnixStream,
}

/// <summary>What follows from a transport alone.</summary>
internal static class SourceTransports
{
    /// <summary>It accepts connections; else it takes datagrams.</summary>
    public static bool IsStream(this SourceTransport transport) =>
        transport is not (SourceTransport.Udp or SourceTransport.UnixDatagram);
}
