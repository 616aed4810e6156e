using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Links;

/// <summary>
/// Shakes hands with those who dial over TLS, in bounded time and a few at once. A peer that is silent is in nobody's way: before
/// its first byte it is a socket and nothing else, and later it computes only in its turn.
/// </summary>
/// <param name="most">The longest that one may take.</param>
/// <param name="turns">How many compute at once.</param>
internal sealed class Handshakes(TimeSpan most, int turns)
{
    private const byte HandshakeRecord = 0x16;
    private static readonly TimeSpan AfterStopMax = TimeSpan.FromSeconds(2);

    private readonly HandshakeTurns _turns = new(turns);

    /// <summary>Shakes hands; null when the peer has ended, or a stop came, before it began.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="ownedTransport">The stream over it.</param>
    /// <param name="accept">This side of the handshake.</param>
    /// <param name="stop">Ends the wait for peers that have not begun; the others may come to their end, for a moment.</param>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="AuthenticationException">The peer does not speak TLS, or is not accepted.</exception>
    public async Task<SslStream?> ShakeAsync(
        Socket socket, Stream ownedTransport, Func<Stream, CancellationToken, Task<SslStream>> accept, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(most);
        try
        {
            switch (await FirstByteAsync(socket, limit.Token, stop))
            {
                case null:
                    // Somebody only looked whether the port is open, as load balancers do.
                    return null;
                case HandshakeRecord:
                    // The peer may be done with it already, and have sent.
                    await using (stop.Register(() => limit.CancelAfter(AfterStopMax)))
                    {
                        return await InTurnsAsync(ownedTransport, accept, limit.Token);
                    }

                case { } other:
                    throw new AuthenticationException($"it does not speak TLS: it began with {Shown(other)}");
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It came too late: nothing was read of it.
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no handshake within {SettingFormats.TimeText(most)}");
        }
    }

    /// <summary>Waits for the first byte, which costs next to nothing; null when the peer ends before it.</summary>
    private static async Task<byte?> FirstByteAsync(Socket socket, CancellationToken limit, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, stop);
        var first = new byte[1];
        try
        {
            return await socket.ReceiveAsync(first, SocketFlags.Peek, either.Token) == 0 ? null : first[0];
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    private async Task<SslStream> InTurnsAsync(
        Stream ownedTransport, Func<Stream, CancellationToken, Task<SslStream>> accept, CancellationToken limit)
    {
        var transport = new HandshakeStream(ownedTransport, _turns);
        try
        {
            return await accept(transport, limit);
        }
        finally
        {
            transport.EndHandshake();
        }
    }

    private static string Shown(byte first) => first is > 0x20 and < 0x7f ? $"'{(char)first}'" : $"0x{first:x2}";
}
