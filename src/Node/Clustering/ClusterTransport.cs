using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ActorLog.Node.Links;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;

namespace ActorLog.Node.Clustering;

/// <summary>
/// Akka's remoting over TLS of our own. DotNetty's ends the whole actor system when one outgoing handshake fails, such as
/// with a peer that is killed in the middle of it, and speaks TLS 1.2 at most (decision 0022). Each connection has threads
/// of its own, so that heartbeats do not wait behind partitions for a thread of the pool. A cluster of one opens no port.
/// </summary>
public sealed class ClusterTransport : Transport
{
    /// <summary>The scheme of addresses; akka.tls with Akka's own in front.</summary>
    public const string Scheme = "tls";

    private const int HandshakesMax = 16;

    private static readonly Address Alone = new(Scheme, "actorlog", "alone", 1);

    private readonly ILoggingAdapter _log;
    private readonly ClusterLink? _link;
    private readonly PeerRefusals _refusals = new(TimeProvider.System);
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<TlsAssociation> _open = [];
    private volatile bool _isShut;
    private int _handshakes;

    /// <summary>Made by Akka.</summary>
    public ClusterTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = Scheme;
        MaximumPayloadBytes = config.GetByteSize("maximum-frame-size", null) ?? throw new ConfigurationException("maximum-frame-size is missing");
        _log = Logging.GetLogger(system, typeof(ClusterTransport));
        var setup = system.Settings.Setup.Get<ClusterLink>();
        _link = setup.HasValue ? setup.Value : null;
    }

    private Address Own => _link is null
        ? Alone.WithSystem(System.Name) : new Address(Scheme, System.Name, _link.Advertised.Host, _link.Advertised.Port);

    /// <inheritdoc/>
    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        if (_link is not null)
        {
            _link.Listener.Listen(HandshakesMax * 4);
            _listener.Task.ContinueWith(
                static (listening, transport) => ((ClusterTransport)transport!).StartThread("cluster-accept", () => ((ClusterTransport)transport).AcceptAll(listening.Result)),
                this, CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }

        return Task.FromResult((Own, _listener));
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => true;

    /// <inheritdoc/>
    public override Task<AssociationHandle> Associate(Address remoteAddress)
    {
        if (_link is null || _isShut)
        {
            return Task.FromException<AssociationHandle>(new InvalidAssociationException("this node is no member of a cluster"));
        }

        var made = new TaskCompletionSource<AssociationHandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        StartThread("cluster-connect", () => Dial(_link, remoteAddress, made));
        return made.Task;
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        _isShut = true;
        _link?.Dispose();
        TlsAssociation[] open;
        lock (_open)
        {
            open = [.. _open];
        }

        foreach (var association in open)
        {
            association.Close();
        }

        await Task.WhenAll(open.Select(static association => association.Ended));
        return true;
    }

    private void Dial(ClusterLink link, Address remote, TaskCompletionSource<AssociationHandle> made)
    {
        var host = remote.Host.Trim('[', ']');
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = new HandshakeLimit(socket);
        try
        {
            socket.Connect(host, remote.Port!.Value);
            var tls = link.Identity.ConnectToNode(new NetworkStream(socket, ownsSocket: true), host);
            NodeGreeting.Write(tls, link.Advertised.Host);
            if (NodeGreeting.ReadAnswer(tls) is { } refusal)
            {
                throw new IOException(refusal);
            }

            System.EventStream.Publish(new PeerReached(remote));
            made.SetResult(Keep(new TlsAssociation(this, tls, socket, Own, remote)));
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or ObjectDisposedException)
        {
            socket.Dispose();
            var why = Explain(e, limit);
            System.EventStream.Publish(new PeerUnreachable(remote, why, e is SocketException { SocketErrorCode: SocketError.ConnectionRefused }));
            if (_refusals.IsToTell($"to {host}:{remote.Port}", why))
            {
                _log.Warning("no connection to {0}:{1} of the cluster: {2}", host, remote.Port, why);
            }

            made.SetException(new InvalidAssociationException($"{host}:{remote.Port}: {why}", e));
        }
    }

    private void AcceptAll(IAssociationEventListener listener)
    {
        while (!_isShut)
        {
            try
            {
                var socket = _link!.Listener.Accept();
                if (Interlocked.Increment(ref _handshakes) > HandshakesMax)
                {
                    Interlocked.Decrement(ref _handshakes);
                    TellRefused(socket.RemoteEndPoint, $"{HandshakesMax} others have not shown a certificate yet");
                    socket.Dispose();
                    continue;
                }

                StartThread("cluster-in", () => Serve(socket, listener));
            }
            catch (SocketException e) when (!_isShut)
            {
                // Such as too many open files: the next connection may find room.
                _log.Warning("the cluster's port takes no connection for a moment: {0}", e.Message);
                new ManualResetEventSlim().Wait(TimeSpan.FromSeconds(1));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(Socket socket, IAssociationEventListener listener)
    {
        EndPoint? peer = null;
        using var limit = new HandshakeLimit(socket);
        try
        {
            peer = socket.RemoteEndPoint;
            var tls = _link!.Identity.AcceptNode(new NetworkStream(socket, ownsSocket: true));
            var unknown = NodeGreeting.Read(tls, out var isReader);
            if (isReader)
            {
                LetRead(tls, socket, unknown);
                return;
            }

            NodeGreeting.Accept(tls);
            var from = (IPEndPoint)peer!;
            var remote = new Address(Scheme, System.Name, from.Address.ToString(), from.Port);
            listener.Notify(new InboundAssociation(Keep(new TlsAssociation(this, tls, socket, Own, remote))));
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or ObjectDisposedException)
        {
            socket.Dispose();
            TellRefused(peer, Explain(e, limit));
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private void LetRead(SslStream tls, Socket socket, string? unknown)
    {
        if ((unknown ?? _link!.Readers.Refuse(socket)) is { } refusal)
        {
            NodeGreeting.Refuse(tls, refusal);
            tls.Dispose();
            return;
        }

        try
        {
            NodeGreeting.Accept(tls);
        }
        finally
        {
            // It closes what has a place here, whether the reader heard of it or not.
            StartThread("cluster-reader", () => _link!.Readers.Serve(tls, socket));
        }
    }

    private void TellRefused(EndPoint? peer, string why)
    {
        var who = (peer as IPEndPoint)?.Address.ToString() ?? "a peer that is gone";
        if (_refusals.IsToTell($"from {who}", why))
        {
            _log.Warning("refused {0} at the cluster's port: {1}", who, why);
        }
    }

    /// <summary>What went wrong with a connection, for people.</summary>
    internal static string Explain(Exception e, HandshakeLimit limit) => e switch
    {
        UntrustedPeerException => e.Message,
        _ when limit.HasPassed => $"no handshake within {HandshakeLimit.Most.TotalSeconds:F0} s",
        _ when e.GetBaseException().Message.Contains(" alert ", StringComparison.Ordinal) =>
            $"it does not accept this node's certificate, and its log says why ({e.GetBaseException().Message})",
        AuthenticationException => $"the TLS handshake failed: {e.GetBaseException().Message}",
        _ => e.GetBaseException().Message,
    };

    private TlsAssociation Keep(TlsAssociation association)
    {
        lock (_open)
        {
            _open.Add(association);
        }

        association.Ended.ContinueWith(
            _ =>
            {
                lock (_open)
                {
                    _open.Remove(association);
                }
            },
            TaskScheduler.Default);
        if (_isShut)
        {
            association.Close();
        }

        return association;
    }

    internal void StartThread(string name, Action run) =>
        new Thread(() => run(), maxStackSize: 512 * 1024) { Name = name, IsBackground = true }.Start();

    internal ILoggingAdapter Log => _log;
}

/// <summary>A connection to another node stands.</summary>
internal sealed record PeerReached(Address Peer);

/// <summary>A node cannot be connected to.</summary>
/// <param name="Peer">Which.</param>
/// <param name="Why">For people.</param>
/// <param name="IsRefused">Whether its host answers that nobody listens there.</param>
internal sealed record PeerUnreachable(Address Peer, string Why, bool IsRefused);
