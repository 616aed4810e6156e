using ActorLog.Node.Sharding;

namespace ActorLog.Node.Tests.Sharding;

public class CheckpointPaceTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(50, 1)]
    [InlineData(51, 2)]
    [InlineData(325, 7)]
    [InlineData(600, 12)]
    [InlineData(100_000, 12)]
    public void The_more_files_have_changed_the_longer_it_waits_up_to_a_limit(int changed, int turns)
    {
        var pace = new CheckpointPace();

        for (var turn = 1; turn < turns; turn++)
        {
            Assert.False(pace.IsDue(changed));
        }

        Assert.True(pace.IsDue(changed));
    }

    [Fact]
    public void A_checkpoint_for_another_reason_counts()
    {
        var pace = new CheckpointPace();
        Assert.False(pace.IsDue(100));

        pace.OnBegun();

        Assert.False(pace.IsDue(100));
        Assert.True(pace.IsDue(100));
    }

    [Fact]
    public void What_is_due_stays_due_until_it_has_begun()
    {
        var pace = new CheckpointPace();
        Assert.True(pace.IsDue(1));

        Assert.True(pace.IsDue(100));
    }
}
