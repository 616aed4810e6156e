using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// Where the peers of a TLS source come in and go (RFC 5425): shakes hands with them, in bounded time and a few at once, says why
/// one stays outside or broke, and takes leave as section 4.4 wants it.
/// </summary>
internal sealed class TlsDoor(SourceSettings source, TlsIdentity identity, Ledger ledger, ILoggingAdapter log) : IDisposable
{
    private const byte HandshakeRecord = 0x16;
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterStopMax = TimeSpan.FromSeconds(2);

    // Who is connected goes on being read: a storm of handshakes takes half of the processors.
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly PeerRefusals _refusals = new(TimeProvider.System);

    /// <summary>Shakes hands; null when that came to nothing, which is counted and told.</summary>
    public async Task<SslStream?> OpenAsync(Socket socket, EndPoint? peer, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(source.Tls!.HandshakeTimeout);
        try
        {
            switch (await FirstByteAsync(socket, limit.Token, stop))
            {
                case null:
                    // Somebody only looked whether the port is open, as load balancers do.
                    return null;
                case HandshakeRecord:
                    // The peer may be done with it already, and have sent: a stop lets it come to its end.
                    await using (stop.Register(() => limit.CancelAfter(AfterStopMax)))
                    {
                        return await ShakeHandsAsync(socket, limit.Token);
                    }

                case { } other:
                    Refuse(peer, $"it does not speak TLS: it began with {Shown(other)}");
                    return null;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It came too late: nothing was read of it.
        }
        catch (OperationCanceledException)
        {
            Refuse(peer, $"no handshake within {SettingFormats.TimeText(source.Tls.HandshakeTimeout)}");
        }
        catch (Exception e)
        {
            // Whatever it is, it is this peer's alone.
            Refuse(peer, Reason(e));
        }

        return null;
    }

    /// <summary>Tells the peer that nothing more is read, so that it does not take the end for an attack.</summary>
    /// <param name="session">The session.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="fault">What broke it, so that there is nobody to tell; null: it is whole.</param>
    public async Task CloseAsync(SslStream session, EndPoint? peer, Exception? fault)
    {
        if (fault is not null)
        {
            // A reset is TCP's, and no news there either.
            if (fault.GetBaseException() is not SocketException)
            {
                Warn(peer, "lost", Reason(fault));
            }

            return;
        }

        try
        {
            await session.ShutdownAsync().WaitAsync(FarewellMax);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or TimeoutException)
        {
            // It has gone, or does not listen: it needs no farewell.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

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

    private async Task<SslStream> ShakeHandsAsync(Socket socket, CancellationToken stop)
    {
        var transport = new HandshakeStream(new NetworkStream(socket), _turns);
        try
        {
            return await identity.AcceptClientAsync(transport, source.Tls!.ClientCertificate, stop);
        }
        finally
        {
            transport.EndHandshake();
        }
    }

    private void Refuse(EndPoint? peer, string why)
    {
        ledger.Add(LedgerAccount.HandshakesFailed, 1);
        Warn(peer, "refused", why);
    }

    private void Warn(EndPoint? peer, string what, string why)
    {
        // By host and cause: one that changes between causes has a line for each.
        if (_refusals.IsToTell($"{(peer as IPEndPoint)?.Address} {what} {why}", why))
        {
            log.Warning("Source {0} {1} {2}: {3}", source.Name, what, peer?.ToString() ?? "a peer that has gone", why);
        }
    }

    private static string Reason(Exception fault)
    {
        var cause = fault.GetBaseException().Message;
        return fault is UntrustedPeerException || fault.Message.Contains(cause, StringComparison.Ordinal)
            ? fault.Message : $"{fault.Message} {cause}";
    }

    private static string Shown(byte first) => first is > 0x20 and < 0x7f ? $"'{(char)first}'" : $"0x{first:x2}";
}
