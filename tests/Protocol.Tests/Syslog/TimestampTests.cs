using System.Globalization;
using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests.Syslog;

public sealed class TimestampTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2026-11-23T05:31:15Z", "2026-11-23T05:31:15.0000000")]
    [InlineData("2026-11-23t05:31:15z", "2026-11-23T05:31:15.0000000")]
    [InlineData("2026-11-23T05:31:15.003+02:00", "2026-11-23T03:31:15.0030000")]
    [InlineData("2026-11-23T05:31:15.123456-03:30", "2026-11-23T09:01:15.1234560")]
    [InlineData("2026-11-23T05:31:15.123456789Z", "2026-11-23T05:31:15.1234567")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.0000000")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999")]
    public void Rfc3339_time_is_read_in_both_headers(string text, string expected)
    {
        foreach (var frame in new[] { $"<13>1 {text} web1 app - - - when", $"<13>{text} web1 app: when" })
        {
            var reading = RecordReading.Of(frame);
            Assert.Equal(expected, reading.Timestamp.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture));
            Assert.Equal(RecordFlags.HeaderTime, reading.Flags);
            Assert.Equal("when", reading.Fields.Message);
        }
    }

    [Theory]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("2026-11-23T24:00:00Z")]
    [InlineData("2026-11-23T05:60:00Z")]
    [InlineData("2026-11-23T05:31:61Z")]
    [InlineData("2026-11-23T05:31:15+24:00")]
    [InlineData("2026-11-23T05:31:15.1234567891Z")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    public void Time_that_cannot_be_stays_in_the_text(string text)
    {
        foreach (var frame in new[] { $"1 {text} web1 app - - - when", $"{text} web1 app: when" })
        {
            var reading = RecordReading.Of("<13>" + frame);
            Assert.Equal(RecordReading.Received, reading.Timestamp);
            Assert.Equal(RecordFlags.BadTime | RecordFlags.Unparsed, reading.Flags);
            Assert.Equal(frame, reading.Fields.Message);
        }
    }

    [Theory]
    [InlineData("2026-11-23T05:31:15")]
    [InlineData("2026-11-23T05:31:15.Z")]
    [InlineData("2026-11-23T05:31:15Zx")]
    [InlineData("2026-11-23 05:31:15Z")]
    [InlineData("2026-1-23T05:31:15Z")]
    [InlineData("yesterday")]
    public void What_has_not_the_form_of_a_time_is_text(string text)
    {
        var reading = RecordReading.Of($"<13>1 {text} web1 app - - - when");
        Assert.Equal(RecordFlags.Unparsed, reading.Flags);
        Assert.Equal($"1 {text} web1 app - - - when", reading.Fields.Message);
    }

    [Theory]
    [InlineData("Nov 23 05:43:10", "2026-11-23T05:43:10", "2026-11-23T05:50:00")]
    [InlineData("Nov  3 05:43:10", "2026-11-03T05:43:10", "2026-11-23T05:50:00")]
    [InlineData("Nov 03 05:43:10", "2026-11-03T05:43:10", "2026-11-23T05:50:00")]
    [InlineData("May 27 17:51:21", "2026-05-27T17:51:21", "2026-11-23T05:50:00")]
    [InlineData("Dec 31 23:59:59", "2026-12-31T23:59:59", "2027-01-01T00:00:01")]
    [InlineData("Jan  1 00:00:01", "2027-01-01T00:00:01", "2026-12-31T23:59:59")]
    [InlineData("May 20 00:00:00", "2027-05-20T00:00:00", "2026-11-23T05:50:00")]
    [InlineData("Feb 29 12:00:00", "2028-02-29T12:00:00", "2027-11-23T05:50:00")]
    [InlineData("Dec 31 23:59:60", "2027-01-01T00:00:00", "2026-12-31T23:59:59")]
    public void Bsd_time_gets_the_nearest_year(string text, string expected, string received)
    {
        var reading = Read($"<13>{text} web1 app: x", Time(received), TimeZoneInfo.Utc);
        Assert.Equal(Time(expected), reading.Timestamp);
        Assert.Equal(RecordFlags.HeaderTime, reading.Flags);
    }

    [Theory]
    [InlineData("Nov 23 05:43:10", "2026-11-23T04:43:10", "2026-11-23T05:50:00")]
    [InlineData("Jul  1 12:00:00", "2026-07-01T10:00:00", "2026-07-01T10:00:00")]
    [InlineData("Jan  1 00:30:00", "2026-12-31T23:30:00", "2026-12-31T23:30:01")]
    [InlineData("Oct 25 02:30:00", "2026-10-25T00:30:00", "2026-10-25T00:30:05")]
    [InlineData("Oct 25 02:30:00", "2026-10-25T01:30:00", "2026-10-25T01:30:05")]
    [InlineData("Mar 29 02:30:00", "2026-03-29T01:30:00", "2026-03-29T01:30:05")]
    public void Bsd_time_is_of_the_zone_and_of_two_the_nearer(string text, string expected, string received) =>
        Assert.Equal(Time(expected), Read($"<13>{text} web1 app: x", Time(received), Berlin).Timestamp);

    [Fact]
    public void Remembered_minute_is_not_taken_for_another_zone_or_an_hour_shown_twice()
    {
        var parser = new SyslogParser();
        var scratch = new byte[SyslogParser.ScratchBytes];
        long Ticks(string text, string received, TimeZoneInfo zone) => parser.Parse(
            Encoding.UTF8.GetBytes($"<13>{text} web1 app: x"),
            new ParseContext(Time(received).Ticks, zone, TrustedProxies.None),
            scratch).TimestampTicks;

        Assert.Equal(Time("2026-10-25T02:30:07").Ticks, Ticks("Oct 25 02:30:07", "2026-10-25T02:30:00", TimeZoneInfo.Utc));
        Assert.Equal(Time("2026-10-25T00:30:08").Ticks, Ticks("Oct 25 02:30:08", "2026-10-25T00:30:00", Berlin));
        Assert.Equal(Time("2026-10-25T01:30:09").Ticks, Ticks("Oct 25 02:30:09", "2026-10-25T01:30:00", Berlin));
        Assert.Equal(Time("2026-11-23T05:43:10").Ticks, Ticks("Nov 23 05:43:10", "2026-11-23T05:43:00", TimeZoneInfo.Utc));
        Assert.Equal(Time("2026-11-23T05:43:11").AddMilliseconds(497).Ticks, Ticks("Nov 23 05:43:11.497", "2026-11-23T05:43:00", TimeZoneInfo.Utc));
        Assert.Equal(Time("2027-11-23T05:43:11").Ticks, Ticks("Nov 23 05:43:11", "2027-11-23T05:43:00", TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("Feb 30 12:00:00", true)]
    [InlineData("Nov 00 12:00:00", true)]
    [InlineData("Nov 23 24:00:00", true)]
    [InlineData("Nov 23 12:60:00", true)]
    [InlineData("Nov 23 12:00:61", true)]
    [InlineData("Feb 29 12:00:00", true)]
    [InlineData("Foo 23 12:00:00", false)]
    [InlineData("Nov 23 1a:00:00", false)]
    [InlineData("Nov 23 12:00:00:", false)]
    public void Bsd_time_that_is_none_stays_in_the_text(string text, bool hasForm)
    {
        var reading = RecordReading.Of($"<13>{text} web1 when");
        Assert.Equal(hasForm, reading.Flags.HasFlag(RecordFlags.BadTime));
        Assert.True(reading.Flags.HasFlag(RecordFlags.Unparsed));
        Assert.Equal($"{text} web1 when", reading.Fields.Message);
    }

    [Theory]
    [InlineData("2026-11-23T05:43:10", "Nov 23 06:43:10")]
    [InlineData("2026-07-01T23:59:59", "Jul  2 01:59:59")]
    [InlineData("2026-10-25T00:59:59", "Oct 25 02:59:59")]
    [InlineData("2026-10-25T01:00:00", "Oct 25 02:00:00")]
    public void Line_bears_the_time_of_its_zone(string utc, string expected) =>
        Assert.StartsWith(expected + " web1 app: x", Read($"<13>{utc}Z web1 app: x", Time(utc), Berlin).Line, StringComparison.Ordinal);

    [Fact]
    public void Line_dates_follow_one_another_in_any_order()
    {
        var date = new LineDate(Berlin);
        var text = new byte[LineDate.Bytes];
        foreach (var hours in new[] { 0, 1, 24 * 200, 24 * 200, -24 * 365 * 2000, 7, 24 * 365 * 9000, 5 })
        {
            var utc = new DateTime(Math.Clamp(RecordReading.Received.Ticks + (hours * TimeSpan.TicksPerHour), 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
            var local = utc.Year is 1 or 9999 ? utc : TimeZoneInfo.ConvertTimeFromUtc(utc, Berlin);
            date.Write(utc.Ticks, text);
            if (utc.Year is not (1 or 9999))
            {
                Assert.Equal(
                    local.ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture).Replace(" 0", "  ", StringComparison.Ordinal)[..6],
                    Encoding.ASCII.GetString(text)[..6]);
                Assert.Equal(local.ToString("HH:mm:ss", CultureInfo.InvariantCulture), Encoding.ASCII.GetString(text)[7..]);
            }
        }
    }

    private static RecordReading Read(string frame, DateTime received, TimeZoneInfo zone) =>
        RecordReading.Of(Encoding.UTF8.GetBytes(frame), zone: zone, received: received);

    private static DateTime Time(string text) => DateTime.SpecifyKind(DateTime.Parse(text, CultureInfo.InvariantCulture), DateTimeKind.Utc);
}
