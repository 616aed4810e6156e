using System.Globalization;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;

namespace ActorLog.Node.Sharding;

/// <summary>The shard region of the partitions on this node, and what keeps all of them awake.</summary>
internal static class PartitionRegion
{
    private const string TypeName = "partition";

    /// <summary>Starts the region; partitions run where the coordinator places them.</summary>
    public static IActorRef Start(ActorSystem system, PartitionSetup setup) =>
        ClusterSharding.Get(system).Start(
            TypeName,
            id => PartitionEntity.Props(int.Parse(id, CultureInfo.InvariantCulture), setup),
            ClusterShardingSettings.Create(system),
            new PartitionExtractor(),
            ClusterSharding.Get(system).DefaultShardAllocationStrategy(ClusterShardingSettings.Create(system)),
            StopPartition.Instance);
}

/// <summary>
/// Wakes every partition at the start, when the cluster changes, and every few seconds, since a region that still believes in
/// a member that is gone sends to nobody: the last lines of a host that died with its aggregator reach its file though nobody
/// speaks for it any more. There are few partitions, so all are woken.
/// </summary>
internal sealed class WakerActor : MessageActor, IWithTimers
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly IActorRef _region;
    private readonly int _partitions;

    /// <summary>See <see cref="Props"/>.</summary>
    public WakerActor(IActorRef region, int partitions)
    {
        _region = region;
        _partitions = partitions;
        Receive<Wake>(_ => WakeAll());
        Receive<ClusterEvent.IMemberEvent>(_ => WakeAll());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(IActorRef region, int partitions) =>
        Akka.Actor.Props.Create(() => new WakerActor(region, partitions));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Cluster.Get(Context.System).Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(nameof(Wake), Wake.Instance, TimeSpan.Zero, Every);
    }

    /// <inheritdoc/>
    protected override void PostStop() => Cluster.Get(Context.System).Unsubscribe(Self);

    private void WakeAll()
    {
        for (var partition = 0; partition < _partitions; partition++)
        {
            _region.Tell(new WakePartition(partition));
        }
    }

    private sealed record Wake
    {
        public static readonly Wake Instance = new();
    }
}
