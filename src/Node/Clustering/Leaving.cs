using Akka.Actor;
using Akka.Cluster;

namespace ActorLog.Node.Clustering;

/// <summary>How an aggregator ends: as a member it hands its partitions over and takes leave of the others.</summary>
internal static class Leaving
{
    /// <summary>
    /// Ends the actor system. Who is no member has nobody to hand anything over to: what it never had it would wait to be rid
    /// of, until the time-outs are over.
    /// </summary>
    public static Task LeaveAsync(ActorSystem system)
    {
        var isMember = Cluster.Get(system).SelfMember.Status != MemberStatus.Removed;
        return CoordinatedShutdown.Get(system).Run(
            CoordinatedShutdown.ActorSystemTerminateReason.Instance,
            isMember ? null : CoordinatedShutdown.PhaseBeforeActorSystemTerminate);
    }
}
