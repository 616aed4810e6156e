using ActorLog.Sinks.Files;
using CsCheck;

namespace ActorLog.Sinks.Tests.Files;

public class PolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 31, 23, 59, 58, TimeSpan.Zero);
    private static readonly RotationSettings Hourly = new(null, RotationPeriod.Hour, false);
    private static readonly RotationSettings Daily = new(1000, RotationPeriod.Day, false);

    [Fact]
    public void A_segment_is_sealed_at_its_size_or_turn()
    {
        Assert.False(RotationPolicy.IsDue(Daily, Now, 999, Now));
        Assert.True(RotationPolicy.IsDue(Daily, Now, 1000, Now));
        Assert.False(RotationPolicy.IsDue(Daily, Now, 1, Now.AddSeconds(1)));
        Assert.True(RotationPolicy.IsDue(Daily, Now, 1, Now.AddSeconds(2)));
        Assert.True(RotationPolicy.IsDue(Hourly, Now, 1, Now.AddSeconds(2)));
        Assert.False(RotationPolicy.IsDue(Hourly, Now, 0, Now.AddDays(2)));
        Assert.False(RotationPolicy.IsDue(RotationSettings.None, Now, long.MaxValue, Now.AddYears(1)));
    }

    [Fact]
    public void A_clock_that_goes_back_seals_nothing()
    {
        Assert.False(RotationPolicy.IsDue(Hourly, Now, 1, Now.AddHours(-1)));
        Assert.False(RotationPolicy.IsDue(Hourly, Now, 1, Now.AddYears(-1)));
    }

    [Fact]
    public void The_next_turn_is_of_utc_whatever_the_offset()
    {
        var local = new DateTimeOffset(2026, 3, 29, 2, 30, 0, TimeSpan.FromHours(5.5));
        Assert.Equal(new DateTimeOffset(2026, 3, 28, 22, 0, 0, TimeSpan.Zero), RotationPolicy.NextTurn(Hourly, local));
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero), RotationPolicy.NextTurn(Daily, local));
        Assert.Null(RotationPolicy.NextTurn(RotationSettings.None, local));
        Assert.Equal(Now.AddSeconds(2), RotationPolicy.NextTurn(Hourly, Now));
        Assert.Equal(Now.AddSeconds(2).AddHours(1), RotationPolicy.NextTurn(Hourly, Now.AddSeconds(2)));
    }

    [Fact]
    public void Retention_keeps_the_newest_by_number()
    {
        var segments = new[] { Segment(3, 10, 1), Segment(1, 10, 3), Segment(2, 10, 0) };
        Assert.Empty(Delete(RetentionSettings.None, segments));
        Assert.Equal([1], Delete(new RetentionSettings(2, null, null), segments));
        Assert.Equal([1, 2, 3], Delete(new RetentionSettings(0, null, null), segments));
    }

    [Fact]
    public void Retention_deletes_what_is_older_than_its_age()
    {
        var segments = new[] { Segment(1, 10, 49), Segment(2, 10, 47), Segment(3, 10, 1) };
        Assert.Equal([1], Delete(new RetentionSettings(null, TimeSpan.FromHours(48), null), segments));
    }

    [Fact]
    public void Retention_by_bytes_leaves_no_hole()
    {
        var segments = new[] { Segment(1, 1, 4), Segment(2, 90, 3), Segment(3, 40, 2), Segment(4, 50, 1) };
        Assert.Equal([1, 2], Delete(new RetentionSettings(null, null, 100), segments));
        Assert.Equal([1, 2, 3], Delete(new RetentionSettings(null, null, 89), segments));
    }

    [Fact]
    public void A_segment_name_is_read_back()
    {
        var at = new DateTimeOffset(2026, 11, 23, 5, 50, 0, TimeSpan.Zero);
        Assert.Equal("web1.log-20261123T055000Z-00000042", new SegmentName("web1.log", at, 42).ToString());
        Assert.Equal("a/web1.log-20261123T055000Z-00000042", SegmentName.PathOf("a/web1.log", at, 42));
        Gen.Select(Gen.String[Gen.Char["a-.Z0gz"], 1, 20], Gen.Long[0, long.MaxValue], Gen.Bool).Sample(
            (name, number, compressed) =>
            {
                var segment = new SegmentName(name, at, number, compressed);
                return SegmentName.TryParse(segment.ToString(), out var read) && read == segment
                    && segment.ToString().Length + SegmentName.TemporarySuffix.Length <= name.Length + SegmentName.SuffixCharactersMax;
            });
    }

    [Theory]
    [InlineData("")]
    [InlineData("web1.log")]
    [InlineData("web1.log-20261123T055000Z-42")]
    [InlineData("web1.log-20261123T055000Z-000000042")]
    [InlineData("web1.log-20261323T055000Z-00000042")]
    [InlineData("web1.log-20261123T055000Z-0000004x")]
    [InlineData("web1.log_20261123T055000Z-00000042")]
    [InlineData("-20261123T055000Z-00000042")]
    [InlineData("web1.log-20261123T055000Z-99999999999999999999")]
    [InlineData("web1.log-20261123T055000Z-00000042.gz.gz")]
    [InlineData("web1.log-20261123T055000Z-00000042.bz2")]
    public void What_is_no_segment_name_is_not_read(string name) => Assert.False(SegmentName.TryParse(name, out _));

    private static SealedSegment Segment(long number, long bytes, double hoursAgo)
    {
        var name = new SegmentName("a", Now.AddHours(-hoursAgo), number);
        return new SealedSegment(name.ToString(), name, bytes);
    }

    private static long[] Delete(RetentionSettings settings, SealedSegment[] segments) =>
        [.. RetentionPolicy.ToDelete(settings, segments, Now).Select(segment => segment.Name.Number)];
}
