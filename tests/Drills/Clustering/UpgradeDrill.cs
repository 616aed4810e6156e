using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// Replaces the program node by node under load, upwards and downwards: a cluster on PostgreSQL with its edges, and a node alone in place. The
/// neighbours of the release under test must work with it, side by side and on its data; what is further away must be refused, and
/// leave the data as it is. A cycle is all of it.
/// </summary>
internal sealed class UpgradeDrill() : Drill("upgrade", "29, 30", "replaces the program by the releases before and behind it, node by node, and back")
{
    // It publishes three builds.
    public override int QuickCycles => 0;

    public override async Task Run(DrillRun run)
    {
        using var releases = await Releases.Publish(run.Say);
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            await new ClusterUpgrade(run, releases).Run();
            await new UpgradeInPlace(run, releases).Run();
        }
    }
}
