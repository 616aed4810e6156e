using System.Net;
using System.Net.Sockets;

namespace ActorLog.Testing.Processes;

/// <summary>Ports of loopback that nobody uses, below the range that outgoing connections take theirs from.</summary>
public static class FreePort
{
    private const int Lowest = 20_000;
    private const int Highest = 29_999;
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that is free for TCP and UDP on 127.0.0.1 and was not given to anybody in this process before.</summary>
    public static int Next()
    {
        lock (Given)
        {
            while (true)
            {
                var port = Random.Shared.Next(Lowest, Highest + 1);
                if (!Given.Contains(port) && IsFree(port, SocketType.Stream) && IsFree(port, SocketType.Dgram))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port, SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
