using ActorLog.Testing.Simulation;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>Each rule of the design is taken out once, and must be missed.</summary>
public class PlantedBugTests
{
    private const int ScheduleCount = 200_000;

    public static TheoryData<string> Names => [.. PlantedBugs.All.Select(static bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_found(string name)
    {
        var bug = PlantedBugs.All.Single(b => b.Name == name);
        Assert.True(bug.Find(0, ScheduleCount) is not null, $"{name} ({bug.Hole}) was not found in {ScheduleCount} schedules");
    }
}
