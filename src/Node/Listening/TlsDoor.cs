using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// Where the peers of a TLS source come in and go (RFC 5425): shakes hands with them, says why one stays outside or broke, and
/// takes leave as section 4.4 wants it.
/// </summary>
internal sealed class TlsDoor(SourceSettings source, TlsIdentity identity, Ledger ledger, ILoggingAdapter log)
{
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    // Who is connected goes on being read: a storm of handshakes takes half of the processors.
    private readonly Handshakes _handshakes = new(source.Tls!.HandshakeTimeout, Math.Max(1, Environment.ProcessorCount / 2));
    private readonly PeerRefusals _refusals = new(TimeProvider.System);

    /// <summary>Shakes hands; null when that came to nothing, which is counted and told.</summary>
    public async Task<SslStream?> OpenAsync(Socket socket, EndPoint? peer, CancellationToken stop)
    {
        try
        {
            return await _handshakes.ShakeAsync(
                socket, new NetworkStream(socket),
                (transport, limit) => identity.AcceptClientAsync(transport, source.Tls!.ClientCertificate, limit), stop);
        }
        catch (Exception e)
        {
            // Whatever it is, it is this peer's alone.
            ledger.Add(LedgerAccount.HandshakesFailed, 1);
            Warn(peer, "refused", Reason(e));
            return null;
        }
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
}
