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
        _networks = new Network[networks.Count];
        for (var i = 0; i < _networks.Length; i++)
        {
            _networks[i] = Compile(networks[i].BaseAddress, networks[i].PrefixLength);
        }
    }

    /// <summary>Nobody is trusted: the client is the last of the chain.</summary>
    public static TrustedProxies None { get; } = new([]);

    /// <summary>Loopback, private and link-local networks (RFC 1918, 3927, 4193 and 4291).</summary>
    public static TrustedProxies Default { get; } = new(Array.ConvertAll(
    [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    ], IPNetwork.Parse));

    internal bool Contains(Address address)
    {
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static Network Compile(IPAddress baseAddress, int bits)
    {
        const int mappedBits = 96;
        var first = Address.Of(baseAddress);
        if (first.IsV4 && baseAddress.IsIPv4MappedToIPv6)
        {
            // A network that holds more than the mapped addresses is one of IPv6.
            return bits < mappedBits
                ? new Network(new Address(0, 0xffff_0000_0000, IsV4: false), bits)
                : new Network(first, bits - mappedBits);
        }

        return new Network(first, bits);
    }

    private sealed class Network
    {
        private const int V4Bits = 32;
        private const int HalfBits = 64;

        private readonly bool _isV4;
        private readonly ulong _high;
        private readonly ulong _highMask;
        private readonly ulong _low;
        private readonly ulong _lowMask;

        public Network(Address first, int bits)
        {
            _isV4 = first.IsV4;
            _highMask = _isV4 ? 0 : Mask(bits);
            _lowMask = _isV4 ? Mask(bits) >> V4Bits : Mask(bits - HalfBits);
            _high = first.High & _highMask;
            _low = first.Low & _lowMask;
        }

        public bool Contains(Address address) =>
            address.IsV4 == _isV4 && (address.High & _highMask) == _high && (address.Low & _lowMask) == _low;

        private static ulong Mask(int bits) => bits <= 0 ? 0 : bits >= HalfBits ? ulong.MaxValue : ~(ulong.MaxValue >> bits);
    }
}
