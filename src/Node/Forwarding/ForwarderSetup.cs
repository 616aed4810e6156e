using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Versions;
using Akka.Actor;

namespace ActorLog.Node.Forwarding;

/// <summary>What a forwarder needs.</summary>
/// <param name="Settings">Window, backoff, limits.</param>
/// <param name="Node">The edge's name, which the gateway compares with the certificate.</param>
/// <param name="Slots">Into how many slots this edge divides hosts.</param>
/// <param name="Software">Name and version, for people.</param>
/// <param name="Uplink">The ways to gateways.</param>
/// <param name="Database">Where blocks are read back from.</param>
/// <param name="Rejected">Where blocks go that cannot be delivered.</param>
/// <param name="Ledger">The node's books.</param>
/// <param name="Status">Who is told <see cref="ForwarderUp"/> and <see cref="ForwarderDown"/>.</param>
internal sealed record ForwarderSetup(
    ForwardSettings Settings,
    string Node,
    int Slots,
    string Software,
    Uplink Uplink,
    SpoolDatabase Database,
    RejectedBlocks Rejected,
    Ledger Ledger,
    IActorRef Status)
{
    /// <summary>The versions of the protocol that it speaks.</summary>
    public VersionRange Speaks { get; init; } = Release.Edge;
}

/// <summary>A gateway has welcomed this edge.</summary>
internal sealed record ForwarderUp(string Peer);

/// <summary>There is no gateway; the spool keeps what comes.</summary>
internal sealed record ForwarderDown(string Why);
