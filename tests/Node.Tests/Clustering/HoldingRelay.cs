using System.Net;
using System.Net.Sockets;

namespace ActorLog.Node.Tests.Clustering;

/// <summary>A port of loopback that passes connections on, and holds up new ones for as long as it is told.</summary>
internal sealed class HoldingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private TaskCompletionSource _gate = new();
    private IPEndPoint? _target;
    private int _held;
    private int _open;

    public HoldingRelay()
    {
        Release();
        _listener.Start();
        _ = AcceptAll();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that it holds up now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Connections that neither side has closed.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Where connections lead from now on.</summary>
    public void LeadTo(IPEndPoint target) => _target = target;

    /// <summary>Holds up what comes from now on.</summary>
    public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Passes on what was held up, and what comes.</summary>
    public void Release() => _gate.TrySetResult();

    /// <summary>Closes all connections.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(static socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        Release();
        Cut();
    }

    private async Task AcceptAll()
    {
        try
        {
            while (true)
            {
                _ = Relay(Keep(await _listener.AcceptSocketAsync()), _gate.Task);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was disposed.
        }
    }

    private async Task Relay(Socket from, Task gate)
    {
        Interlocked.Increment(ref _open);
        Interlocked.Increment(ref _held);
        await gate;
        Interlocked.Decrement(ref _held);
        var to = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            await to.ConnectAsync(_target!);
            await await Task.WhenAny(Pump(from, to), Pump(to, from));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // One side is gone, and so the other.
        }

        from.Dispose();
        to.Dispose();
        Interlocked.Decrement(ref _open);
    }

    private static async Task Pump(Socket from, Socket to)
    {
        await using var source = new NetworkStream(from);
        await using var target = new NetworkStream(to);
        await source.CopyToAsync(target);
    }

    private Socket Keep(Socket socket)
    {
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }
}
