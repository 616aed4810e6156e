using ActorLog.Drills.Network;
using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// Three members, a machine of a network of its own each, and cuts between them; edges reach all of them, and the database too but
/// where the cut says other. Who is put out is started again at once, while the cut lasts. A cycle is one cut and its healing;
/// each seven cycles have each kind once, in an order that is drawn.
/// </summary>
internal sealed class PartitionDrill() : Drill("partition", "31-34", "cuts members of a cluster off, one, all, one way, or on and off, and heals it")
{
    private const int Members = 3;
    private const int Edges = 6;

    // Minutes.
    public override int QuickCycles => 0;

    public override int LongCycles => 14;

    public override async Task Run(DrillRun run)
    {
        await using var lan = await Lan.Lay();
        var sites = await ClusterSites.On(lan, Members);
        await using var plant = await ClusterPlant.StartAt(
            run, sites, await run.Certificates(ClusterSites.Addresses(Members)), Edges, rate: 50);
        var book = await WriterBook.Begin(plant.Database);
        await using var watch = HostWatch.Begin(plant);
        var cluster = new CutCluster(run, lan, sites, plant, watch, book);
        await cluster.Heal();
        var turns = new Queue<Func<Task>>();
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            if (turns.Count == 0)
            {
                Func<Task>[] kinds =
                [
                    cluster.CutOffOldest, cluster.CutOffOwner, cluster.CutOffOwnerAndDatabase, cluster.CutOffStuttering, cluster.CutOffAll,
                    cluster.CutOneWay, cluster.Flap,
                ];
                run.Random.Shuffle(kinds);
                turns = new Queue<Func<Task>>(kinds);
            }

            run.Say($"cycle {cycle}");
            await turns.Dequeue()();
            await cluster.Heal();
        }

        await plant.Finish(run, "partition");
    }
}
