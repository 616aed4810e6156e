using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// kill -9 of the aggregator that has a host's partition, again and again, the oldest node among them; it is started again
/// when the others have its hosts. A cycle is one kill.
/// </summary>
internal sealed class FailoverDrill() : Drill("failover", "27", "kills the owner of a host's files in a cluster of three, on PostgreSQL")
{
    private const int Edges = 20;

    // Minutes: three aggregators and twenty edges.
    public override int QuickCycles => 0;

    public override int LongCycles => 20;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await ClusterPlant.Start(run, 3, Edges, rate: 5);
        var gaps = new Gaps();
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var owner = plant.OwnerOf(plant.Hosts[run.Random.Next(plant.Hosts.Count)])!.Value;
            var hosts = plant.Hosts.Where(host => plant.OwnerOf(host) == owner).ToArray();
            await plant.Platform.Kill(owner);
            await gaps.Watch(plant, hosts, owner);
            run.Say($"kill {cycle} of logs{owner}, which had {hosts.Length} hosts; so far {gaps}");
            await plant.Restart(owner);
        }

        await plant.Finish(run, "failover");
    }
}
