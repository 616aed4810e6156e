using System.Net;

namespace ActorLog.Node.Receiving;

/// <summary>
/// Which nodes store what one edge sends. When another than this one stores most of it, in two intervals in a row, the edge saves
/// each block a way by connecting there: said once. One thread at a time.
/// </summary>
/// <param name="here">Where this node lets edges in; null: it is in no cluster, or does not say.</param>
internal sealed class OwnerWatch(DnsEndPoint? here)
{
    private readonly Dictionary<DnsEndPoint, int> _stored = [];
    private int _total;
    private DnsEndPoint? _candidate;
    private DnsEndPoint? _told;

    /// <summary>A part was stored.</summary>
    /// <param name="gateway">Where the node that did lets edges in; null: it does not say.</param>
    public void OnStored(DnsEndPoint? gateway)
    {
        _total++;
        if (gateway is not null && !gateway.Equals(here))
        {
            _stored[gateway] = _stored.GetValueOrDefault(gateway) + 1;
        }
    }

    /// <summary>An interval ends.</summary>
    /// <returns>Where the edge is to be sent; null: it may stay.</returns>
    public DnsEndPoint? Judge()
    {
        if (_total == 0)
        {
            return null;
        }

        var most = _stored.FirstOrDefault(stored => 2 * stored.Value > _total).Key;
        var isSure = most is not null && most.Equals(_candidate) && !most.Equals(_told);
        _candidate = most;
        _stored.Clear();
        _total = 0;
        return isSure ? _told = most : null;
    }
}
