using System.Net;

namespace ActorLog.Node.Settings;

/// <summary>The edge's way to the aggregators.</summary>
/// <param name="EndPoints">Aggregators, tried in order; none: the aggregator in this process.</param>
/// <param name="WindowBytes">Bytes sent and not yet stored, at most: it sets the latency under load.</param>
/// <param name="BackoffMin">The first wait after a failure.</param>
/// <param name="BackoffMax">The longest wait; each is drawn with jitter.</param>
/// <param name="AckTimeout">With data under way and no word from the gateway for so long, the connection is given up.</param>
public sealed record ForwardSettings(
    IReadOnlyList<DnsEndPoint> EndPoints,
    int WindowBytes,
    TimeSpan BackoffMin,
    TimeSpan BackoffMax,
    TimeSpan AckTimeout);
