using System.Net;
using System.Net.Sockets;

namespace ActorLog.Testing.Processes;

/// <summary>Where the oracle's senders send, and over what.</summary>
public sealed record OracleTarget
{
    private readonly Func<Socket> _open;
    private readonly EndPoint _to;

    private OracleTarget(EndPoint to, bool isStream, Func<Socket> open)
    {
        _to = to;
        _open = open;
        IsStream = isStream;
    }

    /// <summary>Whether messages need framing.</summary>
    public bool IsStream { get; }

    /// <summary>A port of loopback over UDP.</summary>
    public static OracleTarget Udp(int port) =>
        new(new IPEndPoint(IPAddress.Loopback, port), false, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    /// <summary>A port of loopback over TCP, of this machine's network or another.</summary>
    public static OracleTarget Tcp(int port, NetworkNamespace? network = null) =>
        new(new IPEndPoint(IPAddress.Loopback, port), true, () =>
            network?.OpenSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>A unix datagram socket.</summary>
    public static OracleTarget UnixDatagram(string path) =>
        new(new UnixDomainSocketEndPoint(path), false, () => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified));

    /// <summary>A unix stream socket.</summary>
    public static OracleTarget UnixStream(string path) =>
        new(new UnixDomainSocketEndPoint(path), true, () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));

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
}
