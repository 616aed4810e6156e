using System.Net;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>How a member sees the cluster, by its own metrics.</summary>
/// <param name="Up">Members that are up.</param>
/// <param name="Unreachable">Members that some other does not hear.</param>
/// <param name="All">Members of any kind, the unreachable counted once more.</param>
internal sealed record ClusterView(int Up, int Unreachable, int All)
{
    private const string Members = "actorlog_cluster_members";

    /// <summary>Asks a member; null: it is not ready, or does not answer.</summary>
    public static async Task<ClusterView?> Of(ActorLogProcess aggregator)
    {
        if (await aggregator.Status("ready") != HttpStatusCode.OK)
        {
            return null;
        }

        try
        {
            return new ClusterView(
                (int)await aggregator.Metric(Members, "\"up\""),
                (int)await aggregator.Metric(Members, "\"unreachable\""),
                (int)await aggregator.Metric(Members));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // It has ended since, or is too slow.
            return null;
        }
    }

    /// <summary>Whether each of these members sees all of them up, and nobody else.</summary>
    public static async Task<bool> IsOne(IReadOnlyList<ActorLogProcess> aggregators) =>
        (await Task.WhenAll(aggregators.Select(Of))).All(view => view is not null && view.Up == aggregators.Count && view.All == view.Up);
}
