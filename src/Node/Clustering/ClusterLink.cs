using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Links;
using ActorLog.Node.Reading;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Actor.Setup;

namespace ActorLog.Node.Clustering;

/// <summary>
/// The member's own end of the cluster's connections, for <see cref="ClusterTransport"/>: the bound socket and the
/// certificate. It is bound before the actor system is made, so that a port that is taken is told with its cause.
/// </summary>
internal sealed class ClusterLink : Setup, IDisposable
{
    /// <summary>Of a socket that is bound already.</summary>
    public ClusterLink(MembershipSettings settings, TlsIdentity identity, Socket listener)
    {
        Settings = settings;
        Identity = identity;
        Listener = listener;
    }

    /// <summary>The member's settings.</summary>
    public MembershipSettings Settings { get; }

    /// <summary>The member's certificate.</summary>
    public TlsIdentity Identity { get; }

    /// <summary>The socket, bound.</summary>
    public Socket Listener { get; }

    /// <summary>Who serves those that read files.</summary>
    public ReaderPort Readers { get; } = new();

    /// <summary>The member as the others know it.</summary>
    public DnsEndPoint Advertised => Settings.Advertise.Port > 0
        ? Settings.Advertise
        : new DnsEndPoint(Settings.Advertise.Host, ((IPEndPoint)Listener.LocalEndPoint!).Port);

    /// <summary>Binds the member's port.</summary>
    /// <exception cref="StartFaultException">The port is taken, or must not be used.</exception>
    public static ClusterLink Bind(MembershipSettings settings, TlsIdentity identity)
    {
        var socket = new Socket(settings.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (settings.Listen.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(settings.Listen);
            return new ClusterLink(settings, identity, socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new StartFaultException(
                $"aggregator.cluster.listen {settings.Listen}: {e.Message}",
                e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? "Stop what uses the port, or choose another one."
                    : "Choose an address of this machine, and a port that this user may bind.",
                e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Listener.Dispose();
        Readers.Dispose();
    }
}
