using System.Globalization;
using ActorLog.Protocol.Delivery;
using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Event;

namespace ActorLog.Node.Clustering;

/// <summary>
/// Who leaves the cluster stays until another member has each of its partitions. The oldest member is the one that places them: had it
/// gone before, they would wait for its successor, a second and more.
/// </summary>
internal sealed class PlacementWait
{
    /// <summary>The phase of the shutdown: behind the region's end, before the member says that it leaves.</summary>
    public const string Phase = "actorlog-partitions-placed";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50);

    private readonly ActorSystem _system;
    private readonly string _region;
    private readonly int _partitions;

    private PlacementWait(ActorSystem system, IActorRef region, int partitions)
    {
        _system = system;
        _region = region.Path.ToStringWithoutAddress();
        _partitions = partitions;
    }

    /// <summary>Makes it part of the shutdown.</summary>
    /// <param name="system">The member's.</param>
    /// <param name="region">Its shard region; the others' have the same path.</param>
    /// <param name="partitions">How many there are.</param>
    public static void Register(ActorSystem system, IActorRef region, int partitions) =>
        CoordinatedShutdown.Get(system).AddTask(Phase, "partitions-placed", new PlacementWait(system, region, partitions).RunAsync);

    private async Task<Done> RunAsync()
    {
        var cluster = Cluster.Get(_system);
        var other = cluster.State.Members.FirstOrDefault(
            member => member.Status == MemberStatus.Up && !member.UniqueAddress.Equals(cluster.SelfUniqueAddress));
        if (other is null)
        {
            return Done.Instance;
        }

        var region = _system.ActorSelection(new RootActorPath(other.Address) + _region);
        using var limit = new CancellationTokenSource(Limit);
        var missing = Enumerable.Range(0, _partitions).ToHashSet();
        while (missing.Count > 0 && !limit.IsCancellationRequested)
        {
            // A partition is placed when someone has something for it.
            foreach (var partition in missing)
            {
                region.Tell(new WakePartition(partition));
            }

            missing.ExceptWith(await PlacedAsync(region));
            await Task.Delay(AskEvery, CancellationToken.None);
        }

        if (missing.Count > 0)
        {
            _system.Log.Warning("partitions {0} have no other member yet", string.Join(", ", missing.Order()));
        }

        return Done.Instance;
    }

    // None, when there was no answer in time: it is asked again.
    private static async Task<IEnumerable<int>> PlacedAsync(ActorSelection region)
    {
        try
        {
            var stats = await region.Ask<ClusterShardingStats>(new GetClusterShardingStats(AnswerMax), AnswerMax);
            return stats.Regions.Values.SelectMany(static of => of.Stats.Keys).Select(static id => int.Parse(id, CultureInfo.InvariantCulture));
        }
        catch (AskTimeoutException)
        {
            return [];
        }
    }
}
