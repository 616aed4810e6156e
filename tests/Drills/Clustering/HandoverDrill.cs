using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>SIGTERM of one aggregator after the other under load, as a rolling restart does it. A cycle is a round of all three.</summary>
internal sealed class HandoverDrill() : Drill("handover", "28", "restarts the aggregators of a cluster one by one")
{
    private const int Edges = 6;

    // A minute and more.
    public override int QuickCycles => 0;

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await ClusterPlant.Start(run, 3, Edges, rate: 100);
        var gaps = new Gaps();
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            for (var leaving = 0; leaving < plant.Aggregators.Count; leaving++)
            {
                var hosts = plant.Hosts.Where(host => plant.OwnerOf(host) == leaving).ToArray();
                var watching = gaps.Watch(plant, hosts, leaving);
                await plant.Platform.Stop(leaving);
                run.Say($"aggregator {leaving} went: {hosts.Length} hosts silent for {(await watching).TotalSeconds:0.0} s at most");
                await plant.Restart(leaving);
            }

            run.Say($"round {cycle}: so far {(gaps.Count == 0 ? "no host moved" : gaps)}");
        }

        await plant.Finish(run, "handover");
    }
}
