using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>
/// Opens the sockets of the sources; what goes wrong is a <see cref="BindFault"/>, never an exception.
/// </summary>
internal static class SocketBinding
{
    private const int Backlog = 1024;
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;

    /// <summary>Binds and, for streams, listens.</summary>
    public static bool TryBind(
        SourceSettings source,
        [NotNullWhen(true)] out BoundSocket? bound,
        [NotNullWhen(false)] out BindFault? fault)
    {
        bound = null;
        Socket? socket = null;
        try
        {
            fault = Obstacle(source);
            if (fault is not null)
            {
                return false;
            }

            socket = Open(source);
            bound = new BoundSocket(source, socket);
            socket = null;
            return true;
        }
        catch (SocketException error)
        {
            fault = source.EndPoint is { } endPoint
                ? BindFault.Of(source.Transport, endPoint, error.SocketErrorCode, new HostFacts())
                : BindFault.Of(source.Path!, error.SocketErrorCode);
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            fault = new BindFault($"bind {source.Path}: {error.Message}", "check who owns the path and its directory");
            return false;
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>The word for a transport in messages.</summary>
    public static string Name(SourceTransport transport) => transport switch
    {
        SourceTransport.Udp => "udp",
        SourceTransport.Tcp => "tcp",
        SourceTransport.Tls => "tls",
        SourceTransport.UnixDatagram => "unix-datagram",
        SourceTransport.UnixStream => "unix-stream",
        _ => throw new ArgumentOutOfRangeException(nameof(transport)),
    };

    /// <summary>What stands in the way of a path; null when it is free, and for the network.</summary>
    private static BindFault? Obstacle(SourceSettings source)
    {
        if (source.Path is null)
        {
            return null;
        }

        return source.Transport == SourceTransport.UnixDatagram && OperatingSystem.IsWindows()
            ? new BindFault(
                $"bind {source.Path}: this system has no unix datagram sockets",
                "use unix-stream, or udp on 127.0.0.1")
            : UnixSocketFile.Clear(source.Path);
    }

    private static Socket Open(SourceSettings source)
    {
        // An IPv6 socket takes IPv6 only (the library's default): 0.0.0.0 and [::] can then stand side by side.
        var family = source.Path is null ? source.EndPoint!.AddressFamily : AddressFamily.Unix;
        var socket = new Socket(family, source.IsStream ? SocketType.Stream : SocketType.Dgram, ProtocolOf(source));
        try
        {
            Bind(source, socket);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Bind(SourceSettings source, Socket socket)
    {
        if (!source.IsStream && source.ReceiveBufferBytes > 0)
        {
            GrowReceiveBuffer(socket, source.ReceiveBufferBytes);
        }

        if (source.Path is null)
        {
            socket.Bind(source.EndPoint!);
        }
        else
        {
            socket.Bind(new UnixSocketAddress(source.Path));
            if (!OperatingSystem.IsWindows())
            {
                // Before listen: nobody can connect until the bits are right.
                File.SetUnixFileMode(source.Path, source.PathMode);
            }
        }

        if (source.IsStream)
        {
            socket.Listen(Backlog);
        }
    }

    private static ProtocolType ProtocolOf(SourceSettings source) =>
        source.Path is not null ? ProtocolType.Unspecified : source.IsTcp ? ProtocolType.Tcp : ProtocolType.Udp;

    /// <summary>
    /// SO_RCVBUFFORCE goes beyond net.core.rmem_max, with CAP_NET_ADMIN; else what the system grants.
    /// </summary>
    private static void GrowReceiveBuffer(Socket socket, int bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(bytes));
                return;
            }
            catch (SocketException)
            {
                // Not privileged: the plain option follows, which the system bounds without an error.
            }
        }

        socket.ReceiveBufferSize = bytes;
    }
}
