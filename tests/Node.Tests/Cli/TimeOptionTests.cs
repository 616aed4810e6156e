using ActorLog.Node.Cli;

namespace ActorLog.Node.Tests.Cli;

public sealed class TimeOptionTests
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("Test/+02", TimeSpan.FromHours(2), "+02", "+02");

    [Theory]
    [InlineData("2026-11-25", "2026-11-24T22:00:00")]
    [InlineData("2026-11-25T10:20", "2026-11-25T08:20:00")]
    [InlineData("2026-11-25 10:20:03", "2026-11-25T08:20:03")]
    [InlineData("2026-11-25T10:20:03Z", "2026-11-25T10:20:03")]
    [InlineData("2026-11-25T10:20:03-01:30", "2026-11-25T11:50:03")]
    public void A_time_is_of_the_zone_that_it_names_or_of_the_files(string text, string utc)
    {
        Assert.True(TimeOption.TryRead(text, Zone, out var ticks));
        Assert.Equal(utc, new DateTime(ticks).ToString("s"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("2026-11-25T25:00")]
    [InlineData("25.11.2026")]
    public void What_is_no_time_is_not_read(string text) => Assert.False(TimeOption.TryRead(text, Zone, out _));
}
