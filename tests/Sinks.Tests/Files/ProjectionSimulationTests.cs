using ActorLog.Testing.Simulation;

namespace ActorLog.Sinks.Tests.Files;

/// <summary>The quick share of what <c>scripts/drill simulation</c> runs of the real files.</summary>
public class ProjectionSimulationTests
{
    private const int ScheduleCount = 1_000;

    [Fact]
    public void Each_stored_record_stands_in_the_files_once_under_every_schedule()
    {
        var campaign = Campaign.Run(Schedules.Projection, 0, ScheduleCount);
        Assert.True(campaign.Failure is null, campaign.Failure);

        // Schedules that never come near the edge of a rule prove nothing about it.
        Happening[] rare =
        [
            Happening.PowerLoss, Happening.TornTail, Happening.Cut, Happening.RenameCompleted, Happening.SyncFailed,
            Happening.AppendFailed, Happening.DiskFailed, Happening.Compressed, Happening.Retained, Happening.ForeignHand,
        ];
        Assert.All(rare, happening => Assert.True(campaign.Tally[happening] > 20, $"{happening}: {campaign.Tally[happening]}"));
    }

    // Schedule 2851: a sealed segment was compressed, its inode went to another file at the path, and the recovery of the
    // old intent renamed that one over the archive's name. Schedule 4580: the end of line that was added to another's file
    // failed to be synced, and was believed to be there at the next try.
    [Theory]
    [InlineData(2851)]
    [InlineData(4580)]
    public void What_once_broke_the_promise_does_so_no_more(int seed) => Schedules.Projection(seed);
}
