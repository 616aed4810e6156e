using System.Net;
using System.Net.Sockets;

namespace ActorLog.Node.Listening;

/// <summary>
/// A path to bind a unix socket to. A socket that the library binds to its own <see cref="UnixDomainSocketEndPoint"/> deletes whatever
/// stands at that path once more when it is closed: by then it may be the file of the listener that was started in its place.
/// </summary>
internal sealed class UnixSocketAddress(string path) : EndPoint
{
    private readonly UnixDomainSocketEndPoint _address = new(path);

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    /// <inheritdoc/>
    public override SocketAddress Serialize() => _address.Serialize();

    /// <inheritdoc/>
    public override EndPoint Create(SocketAddress socketAddress) => _address.Create(socketAddress);
}
