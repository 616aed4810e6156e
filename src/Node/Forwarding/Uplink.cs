using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Links;

namespace ActorLog.Node.Forwarding;

/// <summary>Ways to a gateway, tried one after another: each call connects to the next one.</summary>
internal abstract class Uplink
{
    /// <summary>Connects, verified: a stream that is returned is one to talk on.</summary>
    public abstract Task<FrameLink> ConnectAsync(CancellationToken stop);
}

/// <summary>To aggregators over TLS.</summary>
internal sealed class TlsUplink(IReadOnlyList<DnsEndPoint> endPoints, TlsIdentity identity) : Uplink
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(10);
    private int _next;

    /// <inheritdoc/>
    public override async Task<FrameLink> ConnectAsync(CancellationToken stop)
    {
        var endPoint = endPoints[_next++ % endPoints.Count];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ConnectMax);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, limit.Token);
            var tls = await identity.ConnectAsync(new NetworkStream(socket, ownsSocket: true), endPoint.Host, limit.Token);
            return new FrameLink(tls, $"{endPoint.Host}:{endPoint.Port}", socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            var why = e is OperationCanceledException && !stop.IsCancellationRequested ? $"no answer within {ConnectMax.TotalSeconds} s" : e.Message;
            throw new IOException($"{endPoint.Host}:{endPoint.Port}: {why}", e);
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
            ? Task.FromResult(new FrameLink(edge, "in this process"))
            : Task.FromException<FrameLink>(new IOException("the aggregator in this process is not ready"));
    }
}
