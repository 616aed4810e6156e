using ActorLog.Node.Clustering;
using Akka.Actor;

namespace ActorLog.Node.Tests.Clustering;

/// <summary>When a host's refusals mean that the process has ended.</summary>
public sealed class RefusingPeersTests
{
    private static readonly Address Peer = new("akka.tls", "actorlog", "one", 4053);
    private static readonly Address Other = new("akka.tls", "actorlog", "two", 4053);
    private readonly RefusingPeers _peers = new();

    [Fact]
    public void One_refusal_may_be_a_restart()
    {
        Assert.False(_peers.Refuse(Peer, At(10)));
        Assert.True(_peers.Contains(Peer));
        Assert.False(_peers.Refuse(Peer, At(10.9)));
        Assert.False(_peers.Contains(Other));
    }

    [Fact]
    public void One_more_behind_it_is_believed()
    {
        _peers.Refuse(Peer, At(10));
        Assert.False(_peers.Refuse(Other, At(11)));
        Assert.True(_peers.Refuse(Peer, At(11)));
    }

    [Fact]
    public void A_connection_in_between_begins_anew()
    {
        _peers.Refuse(Peer, At(10));
        _peers.Forget(Peer);
        Assert.False(_peers.Contains(Peer));
        Assert.False(_peers.Refuse(Peer, At(11.5)));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
