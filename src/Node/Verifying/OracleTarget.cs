using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorLog.Node.Verifying;

/// <summary>Where the oracle's senders send, and over what.</summary>
public sealed record OracleTarget
{
    private readonly Func<Socket> _open;
    private readonly EndPoint _to;
    private readonly string _text;

    private OracleTarget(string text, EndPoint to, bool isStream, Func<Socket> open)
    {
        _text = text;
        _to = to;
        _open = open;
        IsStream = isStream;
    }

    /// <summary>Whether messages need framing.</summary>
    public bool IsStream { get; }

    /// <summary>A port of loopback over UDP.</summary>
    public static OracleTarget Udp(int port) => Udp(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A port of loopback over TCP.</summary>
    public static OracleTarget Tcp(int port) => Tcp(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A port of loopback over TCP, by sockets made elsewhere, such as in another network namespace.</summary>
    public static OracleTarget Tcp(int port, Func<Socket> socket)
    {
        var to = new IPEndPoint(IPAddress.Loopback, port);
        return new($"tcp:{to}", to, true, socket);
    }

    /// <summary>A unix datagram socket.</summary>
    public static OracleTarget UnixDatagram(string path) => new(
        $"unix-datagram:{path}",
        new UnixDomainSocketEndPoint(path),
        false,
        () => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified));

    /// <summary>A unix stream socket.</summary>
    public static OracleTarget UnixStream(string path) => new(
        $"unix-stream:{path}",
        new UnixDomainSocketEndPoint(path),
        true,
        () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));

    /// <summary>Reads udp:HOST:PORT, tcp:HOST:PORT, unix-datagram:PATH or unix-stream:PATH; null for anything else.</summary>
    public static OracleTarget? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (over, place) = colon < 0 ? ("", "") : (text[..colon], text[(colon + 1)..]);
        return over switch
        {
            "udp" => ReadEndPoint(place) is { } to ? Udp(to) : null,
            "tcp" => ReadEndPoint(place) is { } to ? Tcp(to) : null,
            "unix-datagram" => IsSocketPath(place) ? UnixDatagram(place) : null,
            "unix-stream" => IsSocketPath(place) ? UnixStream(place) : null,
            _ => null,
        };
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _text;

    /// <summary>Opens a blocking socket to it.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    public Socket Open()
    {
        var socket = _open();
        try
        {
            socket.Connect(_to);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static OracleTarget Udp(EndPoint to) => new($"udp:{Text(to)}", to, false, () => to is IPEndPoint address
        ? new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        : new Socket(SocketType.Dgram, ProtocolType.Udp));

    private static OracleTarget Tcp(EndPoint to) => new($"tcp:{Text(to)}", to, true, () => to is IPEndPoint address
        ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        : new Socket(SocketType.Stream, ProtocolType.Tcp));

    private static string Text(EndPoint to) => to is DnsEndPoint name ? $"{name.Host}:{name.Port}" : to.ToString()!;

    private static EndPoint? ReadEndPoint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
        {
            return null;
        }
        var host = text[..colon];
        return Uri.CheckHostName(host) switch
        {
            UriHostNameType.IPv4 or UriHostNameType.IPv6 => new IPEndPoint(IPAddress.Parse(host), port),
            UriHostNameType.Dns => new DnsEndPoint(host, port),
            _ => null,
        };
    }

    /// <summary>Within sun_path, 108 bytes with its NUL (unix(7)); a control would break the ledger's line.</summary>
    private static bool IsSocketPath(string path) =>
        path.Length > 0 && Encoding.UTF8.GetByteCount(path) < 108 && !path.Any(char.IsControl);
}
