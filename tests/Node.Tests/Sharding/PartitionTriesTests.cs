using ActorLog.Node.Sharding;
using ActorLog.Testing;

namespace ActorLog.Node.Tests.Sharding;

public sealed class PartitionTriesTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void TheWaitGrowsToThreeSecondsAndPasses()
    {
        var tries = new PartitionTries(_time);
        Assert.Equal(TimeSpan.Zero, tries.WaitOf(1));
        var waits = Enumerable.Range(0, 70).Select(_ =>
        {
            tries.Fail(1, "full");
            return tries.WaitOf(1).TotalMilliseconds;
        }).ToArray();
        Assert.Equal([250, 500, 1_000, 2_000, 3_000], waits[..5]);
        Assert.All(waits[5..], static wait => Assert.Equal(3_000, wait));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(1), tries.WaitOf(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, tries.WaitOf(1));
    }

    [Fact]
    public void AFailureIsNewsOnceForEachReason()
    {
        var tries = new PartitionTries(_time);
        Assert.True(tries.Fail(1, "full"));
        Assert.False(tries.Fail(1, "full"));
        Assert.True(tries.Fail(2, "full"));
        Assert.True(tries.Fail(1, "read-only"));
        Assert.True(tries.Succeed(1));
        Assert.False(tries.Succeed(1));
        Assert.True(tries.Fail(1, "read-only"));
    }
}
