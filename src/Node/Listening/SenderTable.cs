using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Listening;

/// <summary>The senders of one source, one object for each address; used by one thread at a time.</summary>
internal sealed class SenderTable
{
    private readonly SourceSettings _source;
    private readonly List<Sender> _senders = [];
    private HostTable _addresses = new();

    /// <summary>An empty table.</summary>
    /// <param name="source">The source of all its senders.</param>
    /// <param name="nodeName">Local senders are filed under it.</param>
    public SenderTable(SourceSettings source, string nodeName)
    {
        _source = source;
        Local = new Sender(source, Encoding.UTF8.GetBytes(nodeName), isLocal: true);
    }

    /// <summary>The processes of this machine: unix sockets and loopback addresses.</summary>
    public Sender Local { get; }

    /// <summary>The sender of an address as sockaddr holds it, 4 or 16 bytes in network order.</summary>
    public Sender Of(ReadOnlySpan<byte> address)
    {
        var index = _addresses.IndexOf(address);
        if (index < 0)
        {
            // Forged source addresses must not fill the memory: the table starts anew.
            _addresses = new HostTable();
            _senders.Clear();
            index = _addresses.IndexOf(address);
        }

        if (index == _senders.Count)
        {
            _senders.Add(Create(address));
        }

        return _senders[index];
    }

    /// <summary>The sender at the other end of a socket.</summary>
    public Sender Of(EndPoint? peer) =>
        peer is IPEndPoint ip ? Of(ip.Address.GetAddressBytes()) : Local;

    /// <summary>The sender in a sockaddr (sockaddr_in or sockaddr_in6; anything else is local).</summary>
    public Sender OfSocketAddress(ReadOnlySpan<byte> address, AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => Of(address.Slice(4, 4)),
        AddressFamily.InterNetworkV6 => Of(address.Slice(8, 16)),
        _ => Local,
    };

    private Sender Create(ReadOnlySpan<byte> bytes)
    {
        var address = new IPAddress(bytes);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return IPAddress.IsLoopback(address)
            ? Local
            : new Sender(_source, Encoding.ASCII.GetBytes(address.ToString()), isLocal: false);
    }
}
