using ActorLog.Drills.Network;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>Where the parts of a cluster's plant stand.</summary>
/// <param name="Aggregators">One for each.</param>
/// <param name="Edges">All of them together.</param>
/// <param name="Database">PostgreSQL.</param>
internal sealed record ClusterSites(IReadOnlyList<Place> Aggregators, Place Edges, Place Database)
{
    /// <summary>All on this machine.</summary>
    public static ClusterSites OnLoopback(int aggregators) =>
        new([.. Enumerable.Repeat(Place.Loopback, aggregators)], Place.Loopback, Place.Loopback);

    /// <summary>The addresses that <see cref="On"/> gives so many aggregators, for their certificate.</summary>
    public static string[] Addresses(int aggregators) => [.. Enumerable.Range(0, aggregators).Select(Lan.AddressOf)];

    /// <summary>Machines of a network of its own: one for each aggregator, one for the database, one for all edges.</summary>
    public static async Task<ClusterSites> On(Lan lan, int aggregators)
    {
        var places = new List<Place>();
        for (var i = 0; i < aggregators; i++)
        {
            places.Add(await lan.Add($"logs{i}"));
        }

        return new ClusterSites(places, Database: await lan.Add("database"), Edges: await lan.Add("edges"));
    }
}
