using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>A socket that is bound (and listens, if it is a stream), with its file if it has one.</summary>
/// <param name="source">The settings it was bound by.</param>
/// <param name="ownedSocket">The socket; this object closes it.</param>
internal sealed class BoundSocket(SourceSettings source, Socket ownedSocket) : IDisposable
{
    private readonly SocketFileIdentity? _file = source.Path is null ? null : UnixSocketFile.IdentityOf(source.Path);
    private bool _closed;

    /// <summary>The socket. Whoever uses its descriptor keeps this object alive: a finalizer would close it.</summary>
    public Socket Socket { get; } = ownedSocket;

    /// <summary>The bound address with the real port; null for unix.</summary>
    public IPEndPoint? EndPoint { get; } = source.Path is null ? (IPEndPoint?)ownedSocket.LocalEndPoint : null;

    /// <summary>What to show to an operator.</summary>
    public string Where => SocketBinding.Name(source.Transport) + " " + (EndPoint?.ToString() ?? source.Path);

    /// <summary>The kernel's receive buffer as it was granted, in bytes of its own accounting.</summary>
    public int ReceiveBufferBytes => Socket.ReceiveBufferSize;

    /// <summary>
    /// Removes the file, so that nobody connects any more, and then closes the socket: until then nobody else takes the path.
    /// </summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (source.Path is not null)
        {
            UnixSocketFile.Remove(source.Path, _file);
        }

        Socket.Dispose();
    }
}
