using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Links;

namespace ActorLog.Node.Forwarding;

/// <summary>Ways to a gateway, tried one after another: each call connects to the next one.</summary>
internal abstract class Uplink
{
    /// <summary>Whether another way is left in this round, which was not tried yet.</summary>
    public virtual bool HasAnother => false;

    /// <summary>A connection that held was lost: all other ways may be tried anew.</summary>
    public virtual void BeginRound()
    {
    }

    /// <summary>The gateway says where most of what is sent is stored: the next connection goes there, and the list is behind it.</summary>
    /// <returns>False: not there, since it was not to be reached a while ago, or there is one way only.</returns>
    public virtual bool TryMove(DnsEndPoint owner) => false;

    /// <summary>Connects, verified: a stream that is returned is one to talk on.</summary>
    public abstract Task<FrameLink> ConnectAsync(CancellationToken stop);
}

/// <summary>
/// To aggregators over TLS, in the order of the list, at each address that a name has: those of one name are shuffled, so that
/// edges spread over the pods behind a headless service.
/// </summary>
internal sealed class TlsUplink(IReadOnlyList<DnsEndPoint> endPoints, TlsIdentity identity) : Uplink
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(10);

    // From where the edge stands, an owner may be out of reach for good.
    private static readonly TimeSpan MoveAgainAfter = TimeSpan.FromMinutes(5);
    private readonly Queue<IPEndPoint> _addresses = new();
    private int _next;
    private int _left;
    private DnsEndPoint _endPoint = endPoints[0];
    private DnsEndPoint? _owner;
    private (DnsEndPoint EndPoint, long At)? _outOfReach;

    /// <inheritdoc/>
    public override bool HasAnother => _owner is not null || _addresses.Count > 0 || _left > 0;

    /// <inheritdoc/>
    public override bool TryMove(DnsEndPoint owner)
    {
        if (_outOfReach is { } failed && failed.EndPoint.Equals(owner)
            && Environment.TickCount64 - failed.At < MoveAgainAfter.TotalMilliseconds)
        {
            return false;
        }

        _owner = owner;
        return true;
    }

    // Names may have moved meanwhile.
    /// <inheritdoc/>
    public override void BeginRound()
    {
        _addresses.Clear();
        _left = endPoints.Count - 1;
    }

    /// <inheritdoc/>
    public override async Task<FrameLink> ConnectAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ConnectMax);
        var owner = _owner;
        _owner = null;
        try
        {
            if (owner is not null)
            {
                return await ConnectToOwnerAsync(owner, limit.Token);
            }

            if (_addresses.Count == 0)
            {
                await ResolveNextAsync(limit.Token);
            }

            return await ConnectAsync(_endPoint, _addresses.Dequeue(), limit.Token);
        }
        catch (Exception e)
        {
            var why = e is OperationCanceledException && !stop.IsCancellationRequested ? $"no answer within {ConnectMax.TotalSeconds} s" : e.Message;
            var to = owner ?? _endPoint;
            throw new IOException($"{to.Host}:{to.Port}: {why}", e);
        }
    }

    private async Task<FrameLink> ConnectToOwnerAsync(DnsEndPoint owner, CancellationToken stop)
    {
        // If it cannot be reached, the whole list is tried at once.
        _addresses.Clear();
        _left = endPoints.Count;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(owner.Host, stop);
            var link = await ConnectAsync(owner, new IPEndPoint(addresses[0], owner.Port), stop);
            _outOfReach = null;
            return link;
        }
        catch
        {
            _outOfReach = (owner, Environment.TickCount64);
            throw;
        }
    }

    private async Task<FrameLink> ConnectAsync(DnsEndPoint endPoint, IPEndPoint address, CancellationToken stop)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, stop);
            var tls = await identity.ConnectAsync(new NetworkStream(socket, ownsSocket: true), endPoint.Host, stop);
            return new FrameLink(tls, $"{endPoint.Host}:{endPoint.Port}", socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ResolveNextAsync(CancellationToken stop)
    {
        _left = _left > 0 ? _left - 1 : endPoints.Count - 1;
        _endPoint = endPoints[_next++ % endPoints.Count];
        var addresses = await Dns.GetHostAddressesAsync(_endPoint.Host, stop);
        Random.Shared.Shuffle(addresses);
        foreach (var address in addresses)
        {
            _addresses.Enqueue(new IPEndPoint(address, _endPoint.Port));
        }

        if (addresses.Length == 0)
        {
            throw new IOException("the name has no address");
        }
    }
}

/// <summary>To the aggregator in this process.</summary>
internal sealed class InProcessUplink(Func<Stream, bool> gateway) : Uplink
{
    /// <inheritdoc/>
    public override Task<FrameLink> ConnectAsync(CancellationToken stop)
    {
        var (edge, other) = InProcessLink.Create();
        return gateway(other)
            ? Task.FromResult(new FrameLink(edge, "this process"))
            : Task.FromException<FrameLink>(new IOException("the aggregator in this process is not ready"));
    }
}
