using System.Globalization;
using System.Text;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests.Syslog;

public sealed class LineTimesTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.CreateCustomTimeZone(
        "Test/Berlin", TimeSpan.FromHours(1), "Berlin", "CET", "CEST",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    [Theory]
    [InlineData("Nov 25 10:20:03 web1 app: x", "2026-11-25T12:00", "2026-11-25T10:20:03")]
    // The turn of the year, within a segment and at its end.
    [InlineData("Dec 31 23:59:59 ", "2027-01-01T00:10", "2026-12-31T23:59:59")]
    [InlineData("Jan  1 00:00:00 ", "2027-01-01T00:10", "2027-01-01T00:00:00")]
    [InlineData("Jan  1 00:00:07 ", "2026-12-31T23:59", "2027-01-01T00:00:07")]
    // A sender's clock that is ahead by less than a day, and by more.
    [InlineData("Nov 26 11:00:00 ", "2026-11-25T12:00", "2026-11-26T11:00:00")]
    [InlineData("Nov 26 13:00:00 ", "2026-11-25T12:00", "2025-11-26T13:00:00")]
    // What an edge has kept for long.
    [InlineData("Feb  3 04:05:06 ", "2026-11-25T12:00", "2026-02-03T04:05:06")]
    [InlineData("Feb 29 04:05:06 ", "2026-11-25T12:00", "2024-02-29T04:05:06")]
    [InlineData("Feb 29 04:05:06 ", "2103-11-25T12:00", "2096-02-29T04:05:06")]
    public void The_year_is_the_last_that_is_not_ahead(string line, string writtenBy, string expected)
    {
        Assert.True(new LineTimes(TimeZoneInfo.Utc).TryRead(Encoding.ASCII.GetBytes(line), Ticks(writtenBy), out var first, out var last));
        Assert.Equal((Ticks(expected), Ticks(expected)), (first, last));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nov 25 10:20:0")]
    [InlineData("2026-11-25T10:20:03Z")]
    [InlineData("Nov 00 10:20:03 ")]
    [InlineData("Nov 31 10:20:03 ")]
    [InlineData("Nov 25 24:20:03 ")]
    [InlineData("Nov 25 10:60:03 ")]
    [InlineData("Nov 25 10:20:61 ")]
    [InlineData("nov 25 10:20:03 ")]
    [InlineData("    at java.lang.Thread.run")]
    public void What_is_no_date_is_not_read(string line) =>
        Assert.False(new LineTimes(TimeZoneInfo.Utc).TryRead(Encoding.ASCII.GetBytes(line), Ticks("2026-11-25T12:00"), out _, out _));

    [Fact]
    public void A_time_that_the_clock_showed_twice_is_two()
    {
        var times = new LineTimes(Berlin);
        Assert.True(times.TryRead("Oct 25 02:30:00 "u8, Ticks("2026-11-25T12:00"), out var first, out var last));
        Assert.Equal((Ticks("2026-10-25T00:30:00"), Ticks("2026-10-25T01:30:00")), (first, last));
        Assert.True(times.TryRead("Jul  1 02:30:00 "u8, Ticks("2026-11-25T12:00"), out first, out last));
        Assert.Equal((Ticks("2026-07-01T00:30:00"), Ticks("2026-07-01T00:30:00")), (first, last));
    }

    [Fact]
    public void The_same_date_in_another_segment_may_be_of_another_year()
    {
        var times = new LineTimes(TimeZoneInfo.Utc);
        Assert.True(times.TryRead("Dec 31 23:00:00 "u8, Ticks("2026-01-01T00:10"), out var first, out _));
        Assert.True(times.TryRead("Dec 31 23:00:00 "u8, Ticks("2027-01-01T00:10"), out var second, out _));
        Assert.Equal((Ticks("2025-12-31T23:00"), Ticks("2026-12-31T23:00")), (first, second));
    }

    private static long Ticks(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal).Ticks;
}
