using System.Net;
using ActorLog.Protocol.Delivery.Wire;

namespace ActorLog.Protocol.Delivery;

/// <summary>Bytes of the place where a node lets edges in.</summary>
internal static class EndPointCodec
{
    public static OwnerWire ToWire(DnsEndPoint endPoint) => new() { Host = endPoint.Host, Port = (uint)endPoint.Port };

    /// <summary>Null: it is none.</summary>
    public static DnsEndPoint? FromWire(OwnerWire wire) =>
        Uri.CheckHostName(wire.Host) is UriHostNameType.Unknown or UriHostNameType.Basic || wire.Port is 0 or > ushort.MaxValue
            ? null : new DnsEndPoint(wire.Host, (int)wire.Port);
}
