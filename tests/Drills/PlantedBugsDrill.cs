using System.Globalization;
using ActorLog.Drills.Running;
using ActorLog.Testing.Simulation;

namespace ActorLog.Drills;

/// <summary>
/// Takes out each rule that closes a hole of the design, one at a time: the simulation must miss it. A cycle is a schedule
/// tried for each, at most.
/// </summary>
internal sealed class PlantedBugsDrill() : Drill(
    "planted-bugs", "-", "takes out each rule of the design, which the simulation must miss")
{
    // The tests of the protocol find the same bugs.
    public override int QuickCycles => 0;

    public override int LongCycles => 200_000;

    public override Task Run(DrillRun run)
    {
        var missed = new List<string>();
        foreach (var bug in PlantedBugs.All)
        {
            if (bug.Find(run.Seed, run.Cycles) is not { } found)
            {
                missed.Add(bug.Name);
                continue;
            }

            var seen = found.Seen.Split('\n')[0];
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{bug.Name} ({bug.Hole}): seed {found.Seed}: {seen}"));
        }

        DrillRun.Require(missed.Count == 0, $"not found in {run.Cycles} schedules: {string.Join(", ", missed)}");
        return Task.CompletedTask;
    }
}
