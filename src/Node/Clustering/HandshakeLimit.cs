using System.Net.Sockets;

namespace ActorLog.Node.Clustering;

/// <summary>Closes a socket whose handshake takes too long, so that who blocks on it goes on.</summary>
internal sealed class HandshakeLimit : IDisposable
{
    /// <summary>How long a handshake may take.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly Timer _timer;
    private volatile bool _hasPassed;

    /// <summary>From now on.</summary>
    public HandshakeLimit(Socket socket)
    {
        _socket = socket;
        _timer = new Timer(static limit => ((HandshakeLimit)limit!).Pass(), this, Most, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it was closed: whatever the socket's user saw, such as a descriptor that is none, comes of that.</summary>
    public bool HasPassed => _hasPassed;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Pass()
    {
        _hasPassed = true;
        _socket.Dispose();
    }
}
