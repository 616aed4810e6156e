using System.Net.Sockets;

namespace ActorLog.Node.Links;

/// <summary>How far what was sent over a connection has come, by the kernel's account of it (tcp(7), struct tcp_info).</summary>
/// <param name="Acknowledged">Bytes that the peer's kernel has taken; 0 where that cannot be known.</param>
/// <param name="IsUnderWay">Whether there are bytes that it has not taken yet.</param>
internal readonly record struct SendProgress(long Acknowledged, bool IsUnderWay)
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;

    // Behind 8 bytes: 24 u32, of which the fifth counts segments not acknowledged; 2 u64; the bytes acknowledged, u64;
    // those received, u64; 2 u32; the bytes not sent yet, u32.
    private const int UnacknowledgedAt = 24;
    private const int AcknowledgedAt = 120;
    private const int UnsentAt = 144;

    /// <summary>That of a socket, as it is now.</summary>
    public static SendProgress Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        Span<byte> info = stackalloc byte[UnsentAt + sizeof(int)];
        try
        {
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, info) == info.Length
                ? new SendProgress(
                    BitConverter.ToInt64(info[AcknowledgedAt..]),
                    BitConverter.ToUInt32(info[UnacknowledgedAt..]) + BitConverter.ToUInt32(info[UnsentAt..]) > 0)
                : default;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended; who reads it is told.
            return default;
        }
    }
}
