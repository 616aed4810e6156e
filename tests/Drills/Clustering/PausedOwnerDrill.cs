using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// An owner is stopped in the middle of its work (SIGSTOP) for longer than the others wait, then goes on: it finds itself
/// fenced, ends, and is started again. A cycle is one pause.
/// </summary>
internal sealed class PausedOwnerDrill() : Drill("pause-owner", "48", "pauses the owner of a host's files beyond the failover, then lets it go on")
{
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int Edges = 6;

    public override int QuickCycles => 0;

    public override int LongCycles => 3;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await ClusterPlant.Start(run, 3, Edges, rate: 100);
        var gaps = new Gaps();
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var owner = plant.OwnerOf(plant.Hosts[run.Random.Next(plant.Hosts.Count)])!.Value;
            var hosts = plant.Hosts.Where(host => plant.OwnerOf(host) == owner).ToArray();
            var (process, ends) = (plant.Aggregators[owner].Process, plant.Platform.Ends[owner]);
            process.Signal(SigStop);
            await gaps.Watch(plant, hosts, owner);
            var beyond = TimeSpan.FromSeconds(cycle == run.Cycles ? 60 : run.Random.Next(5));
            await Task.Delay(beyond);
            process.Signal(SigCont);
            await plant.Until(() => Task.FromResult(plant.Platform.Ends[owner] > ends), $"logs{owner} finds that it was replaced");
            run.Say($"pause {cycle} of logs{owner}, {beyond.TotalSeconds:0} s beyond the failover; so far {gaps}");
            await plant.Until(() => ClusterView.IsOne(plant.Aggregators), "one cluster again");
        }

        await plant.Finish(run, "pause");
    }
}
