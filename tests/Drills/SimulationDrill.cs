using System.Globalization;
using ActorLog.Drills.Running;
using ActorLog.Testing.Simulation;

namespace ActorLog.Drills;

/// <summary>
/// The state machines of delivery and projection under seeded schedules of crashes, torn writes, lost and reordered
/// messages, failed syncs and two owners. A cycle is one schedule; one in twenty runs the real files on a disk in memory.
/// </summary>
internal sealed class SimulationDrill() : Drill(
    "simulation", "-", "runs seeded schedules of every fault against the state machines and the files")
{
    private const int ChunkMax = 100_000;
    private const int DeliveryPerProjection = 20;

    public override int QuickCycles => 20_000;

    public override int LongCycles => 2_000_000;

    public override Task Run(DrillRun run)
    {
        var total = new Tally();
        Run(run, "delivery", Schedules.Delivery, run.Cycles, total);
        Run(run, "projection", Schedules.Projection, Math.Max(1, run.Cycles / DeliveryPerProjection), total);
        foreach (var happening in Enum.GetValues<Happening>())
        {
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{happening}: {total[happening]}"));
        }

        return Task.CompletedTask;
    }

    private static void Run(DrillRun run, string name, Func<int, Tally> schedule, int schedules, Tally total)
    {
        for (var done = 0; done < schedules; done += ChunkMax)
        {
            var campaign = Campaign.Run(schedule, unchecked(run.Seed + done), Math.Min(ChunkMax, schedules - done));
            total.Add(campaign.Tally);
            run.Tally.Add(campaign.Tally.Records);
            run.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {campaign.Schedules} schedules, {campaign.Schedules / campaign.Elapsed.TotalSeconds:F0}/s, {campaign.Tally.Records} records"));
            DrillRun.Require(campaign.Failure is null, campaign.Failure ?? "");
        }
    }
}
