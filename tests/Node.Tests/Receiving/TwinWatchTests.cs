using ActorLog.Node.Receiving;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>Two edges of one name are told from one that has connected anew.</summary>
public sealed class TwinWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TwoThatSpeakForLongAreTwinsOnceAMinute()
    {
        var watch = new TwinWatch();
        var alarms = Enumerable.Range(0, 120).Count(second =>
            watch.OnHeard("web-1", "10.0.0.1:5", Start.AddSeconds(second)) is not null
            | watch.OnHeard("web-1", "10.0.0.2:6", Start.AddSeconds(second)) is not null);
        Assert.Equal(2, alarms);
        Assert.Equal(1, watch.Count);
    }

    [Fact]
    public void OneThatConnectsAnewIsNoTwin()
    {
        var watch = new TwinWatch();
        for (var second = 0; second < 300; second++)
        {
            Assert.Null(watch.OnHeard("web-1", $"10.0.0.1:{second / 30}", Start.AddSeconds(second)));
            Assert.Null(watch.OnHeard("web-2", "10.0.0.2:1", Start.AddSeconds(second)));
        }

        Assert.Equal(0, watch.Count);
    }
}
