using ActorLog.Testing.Simulation;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// The quick share of what <c>scripts/drill simulation</c> runs. To see a failing schedule again, put its seed into
/// <see cref="One_schedule_can_be_run_again_by_its_seed"/>.
/// </summary>
public class DeliverySimulationTests
{
    private const int ScheduleCount = 10_000;

    [Fact]
    public void Each_accepted_record_stands_in_the_files_once_under_every_schedule()
    {
        var campaign = Campaign.Run(Schedules.Delivery, 0, ScheduleCount);
        Assert.True(campaign.Failure is null, campaign.Failure);

        // Schedules that never come near the edge of a rule prove nothing about it.
        Happening[] rare =
        [
            Happening.Repeat, Happening.RepeatInFlight, Happening.Resend, Happening.Later, Happening.FencedWrite,
            Happening.StoredUnseen, Happening.LateWrite, Happening.RecoveredAgain, Happening.HandOver, Happening.Woken,
            Happening.JournalWentBack, Happening.SpoolLostTail, Happening.RenameCompleted, Happening.RenameLost, Happening.Cut,
            Happening.SpoolRowDamaged, Happening.NumbersSkipped,
        ];
        Assert.All(rare, happening => Assert.True(campaign.Tally[happening] > 20, $"{happening}: {campaign.Tally[happening]}"));
    }

    [Theory]
    [InlineData(4711)]
    public void One_schedule_can_be_run_again_by_its_seed(int seed)
    {
        var first = Schedules.Delivery(seed);
        var second = Schedules.Delivery(seed);
        Assert.Equal(first.Records, second.Records);
        Assert.All(Enum.GetValues<Happening>(), happening => Assert.Equal(first[happening], second[happening]));
    }
}
