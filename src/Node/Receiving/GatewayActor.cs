using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Receiving;

/// <summary>The door of an aggregator: listens for edges over mutual TLS, and lets in the edge of this process.</summary>
internal sealed class GatewayActor : MessageActor, IWithTimers, IDisposable
{
    private static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ScarcePause = TimeSpan.FromMilliseconds(200);

    private readonly GatewaySetup _setup;
    private readonly TlsIdentity? _identity;
    private readonly IActorRef _status;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stop = new();
    // All edges may come back at once: what they wait for is nothing but this.
    private readonly Handshakes _handshakes = new(HandshakeMax, Environment.ProcessorCount);
    private readonly PeerRefusals _refusals = new(TimeProvider.System);
    private readonly SemaphoreSlim _places;
    private Socket? _listener;
    private TimeSpan _retry = TimeSpan.FromMilliseconds(500);
    private string _fault = string.Empty;
    private readonly TwinWatch _twins = new();
    private int _connections;
    private long _arrivals;

    /// <summary>See <see cref="Props"/>.</summary>
    public GatewayActor(GatewaySetup setup, TlsIdentity? identity, IActorRef status)
    {
        _setup = setup;
        // As many may be before the door as behind it; the others wait in the backlog.
        _places = new SemaphoreSlim(setup.Settings.ConnectionsMax);
        _identity = identity;
        _status = status;
        Receive<Bind>(_ => OnBind());
        Receive<Arrived>(OnArrived);
        Receive<Terminated>(_ => _status.Tell(new GatewayConnections(--_connections)));
        Receive<ListenerBroke>(OnBroke);
        Receive<EdgeHeard>(OnHeard);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(GatewaySetup setup, TlsIdentity? identity, IActorRef status) =>
        Akka.Actor.Props.Create(() => new GatewayActor(setup, identity, status));

    /// <inheritdoc/>
    protected override void PreStart() => OnBind();

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _listener?.Dispose();
        _places.Dispose();
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    private void OnBind()
    {
        if (_setup.Settings.Listen is not { } endPoint)
        {
            _status.Tell(new GatewayReady("in this process"));
            return;
        }

        Socket? listener = null;
        try
        {
            listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(endPoint);
            listener.Listen(512);
        }
        catch (SocketException e)
        {
            listener?.Dispose();
            var fault = BindFault.Of(SourceTransport.Tcp, endPoint, e.SocketErrorCode, new HostFacts());
            if (_fault != fault.Cause)
            {
                _log.Warning("gateway: {0}; {1}; trying again", fault.Cause, fault.Remedy);
            }

            _fault = fault.Cause;
            _status.Tell(new GatewayFaulted(fault.Cause, fault.Remedy));
            Timers.StartSingleTimer(nameof(Bind), Bind.Instance, _retry);
            _retry = TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, RetryMax.Ticks));
            return;
        }

        _listener = listener;
        _fault = string.Empty;
        _log.Info("gateway listens on {0}", listener.LocalEndPoint);
        _status.Tell(new GatewayReady(listener.LocalEndPoint!.ToString()!));
        AcceptAllAsync(listener, Self).PipeTo(
            Self, success: static () => new ListenerBroke("it was closed"), failure: static e => new ListenerBroke(e.Message));
    }

    private async Task AcceptAllAsync(Socket listener, IActorRef self)
    {
        var isTold = false;
        while (!_stop.IsCancellationRequested)
        {
            await _places.WaitAsync(_stop.Token);
            Socket socket;
            try
            {
                while (Descriptors.AreScarce((int)listener.SafeHandle.DangerousGetHandle()))
                {
                    if (!isTold)
                    {
                        _log.Warning("gateway lets new edges wait: no descriptors to spare");
                        isTold = true;
                    }

                    await Task.Delay(ScarcePause, _stop.Token);
                }

                socket = await listener.AcceptAsync(_stop.Token);
                isTold = false;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.TooManyOpenSockets)
            {
                // Someone else has taken those that were kept.
                _places.Release();
                continue;
            }
            catch
            {
                // Listening again must find the place free.
                _places.Release();
                throw;
            }

            _ = GreetAsync(socket).PipeTo(self, success: static arrived => arrived, failure: static e => new Arrived(null, null, e.Message));
        }
    }

    private async Task<Arrived> GreetAsync(Socket socket)
    {
        EndPoint? peer = null;
        try
        {
            peer = socket.RemoteEndPoint;
            socket.NoDelay = true;
            if (await _handshakes.ShakeAsync(
                socket, new NetworkStream(socket, ownsSocket: true), _identity!.AcceptAsync, _stop.Token) is { } tls)
            {
                var certificate = (X509Certificate2)tls.RemoteCertificate!;
                return new Arrived(tls, new EdgeIdentity(peer!.ToString()!, new HostClaims(certificate)), null);
            }

            socket.Dispose();
            return new Arrived(null, null, null);
        }
        catch (Exception e)
        {
            socket.Dispose();
            _setup.Ledger.Add(LedgerAccount.EdgesRefused, 1);
            return _refusals.IsToTell($"{(peer as IPEndPoint)?.Address} {e.Message}", e.Message)
                ? new Arrived(null, null, $"{peer?.ToString() ?? "a peer that has gone"}: {e.Message}") : new Arrived(null, null, null);
        }
        finally
        {
            _places.Release();
        }
    }

    private void OnArrived(Arrived arrived)
    {
        if (arrived.Stream is null)
        {
            if (arrived.Error is { } error)
            {
                _log.Warning("gateway refused a connection: {0}", error);
            }
        }
        else if (_connections >= _setup.Settings.ConnectionsMax)
        {
            _setup.Ledger.Add(LedgerAccount.EdgesRefused, 1);
            _log.Warning("gateway refused {0}: {1} edges are connected, which is the limit", arrived.Edge!.Peer, _connections);
            arrived.Stream.Dispose();
        }
        else
        {
            _status.Tell(new GatewayConnections(++_connections));
            Context.Watch(Context.ActorOf(EdgeConnectionActor.Props(
                new FrameLink(arrived.Stream, arrived.Edge!.Peer), arrived.Edge, _setup), $"edge-{++_arrivals}"));
        }
    }

    private void OnHeard(EdgeHeard heard)
    {
        if (_twins.OnHeard(heard.Name, heard.Peer, TimeProvider.System.GetUtcNow()) is { } twin)
        {
            _log.Error(
                "two edges call themselves {0}: {1} and {2}; a cloned machine? Nothing is lost by it; give each its own name and an empty data-directory",
                heard.Name, heard.Peer, twin);
        }

        _status.Tell(new EdgeTwins(_twins.Count));
    }

    private void OnBroke(ListenerBroke broke)
    {
        if (!_stop.IsCancellationRequested)
        {
            _log.Warning("gateway: {0}; listening again", broke.Why);
            _listener?.Dispose();
            Timers.StartSingleTimer(nameof(Bind), Bind.Instance, _retry);
        }
    }

    /// <summary>A stream with an edge at its other end, or why there is none, if that is worth a line.</summary>
    internal sealed record Arrived(Stream? Stream, EdgeIdentity? Edge, string? Error);

    private sealed record ListenerBroke(string Why);

    private sealed record Bind
    {
        public static readonly Bind Instance = new();
    }
}

/// <summary>To the gateway: an edge has spoken since this was said the last time.</summary>
internal sealed record EdgeHeard(string Name, string Peer);

/// <summary>So many names are shared by two edges.</summary>
internal sealed record EdgeTwins(int Names);

/// <summary>So many edges are connected.</summary>
internal sealed record GatewayConnections(int Count);

/// <summary>Edges can connect.</summary>
internal sealed record GatewayReady(string Where);

/// <summary>Edges cannot connect; it is tried again.</summary>
internal sealed record GatewayFaulted(string Cause, string Remedy);
