using System.Net;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>The networks whose proxies are believed when they name the one before them.</summary>
public sealed class TrustedProxies
{
    private readonly Network[] _networks;

    /// <summary>Compiles a list of networks; an empty one trusts nobody.</summary>
    public TrustedProxies(IReadOnlyList<IPNetwork> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        _networks = [.. networks.Select(Compile)];
    }

    /// <summary>Nobody is trusted: the client is the last of the chain.</summary>
    public static TrustedProxies None { get; } = new([]);

    /// <summary>Loopback, private and link-local networks (RFC 1918, 3927, 4193 and 4291).</summary>
    public static TrustedProxies Default { get; } = new([.. new[]
    {
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    }.Select(IPNetwork.Parse)]);

    internal bool Contains(Address address)
    {
        foreach (var network in _networks)
        {
            if (network.IsV4 == address.IsV4 && (address.Value & network.Mask) == network.Prefix)
            {
                return true;
            }
        }

        return false;
    }

    private static Network Compile(IPNetwork network)
    {
        const int mappedBits = 96;
        var first = Address.Of(network.BaseAddress);
        var bits = network.PrefixLength;
        var isV4Mapped = first.IsV4 && network.BaseAddress.IsIPv4MappedToIPv6;
        if (isV4Mapped && bits < mappedBits)
        {
            // A network that holds more than the mapped addresses is one of IPv6.
            return Compile(new UInt128(0, 0xffff_0000_0000), 128, bits, false);
        }

        return Compile(first.Value, first.IsV4 ? 32 : 128, isV4Mapped ? bits - mappedBits : bits, first.IsV4);
    }

    private static Network Compile(UInt128 address, int width, int bits, bool isV4)
    {
        var all = width == 128 ? UInt128.MaxValue : uint.MaxValue;
        var mask = bits == 0 ? 0 : (all << (width - bits)) & all;
        return new Network(address & mask, mask, isV4);
    }

    private readonly record struct Network(UInt128 Prefix, UInt128 Mask, bool IsV4);
}
