using System.Text;
using ActorLog.Protocol.Framing;
using static ActorLog.Protocol.Tests.Framing.Streams;

namespace ActorLog.Protocol.Tests.Framing;

/// <summary>What scanners and attackers send to a stream socket.</summary>
public class BrokenStreamTests
{
    private const int Limit = 1024 * 1024;

    [Theory]
    [InlineData("oc-01", FrameErrorKind.CountMissing, 0)]
    [InlineData("oc-02", FrameErrorKind.CountMissing, 0)]
    [InlineData("oc-03", FrameErrorKind.CountTooLong, 9)]
    [InlineData("oc-04", FrameErrorKind.CountTooLong, 9)]
    [InlineData("oc-05", FrameErrorKind.CountTooLong, 9)]
    public void A_bad_first_count_gives_an_error_and_no_record(string id, FrameErrorKind kind, int offset)
    {
        foreach (var size in new[] { 1, 7, int.MaxValue })
        {
            var bytes = Broken(id);
            var result = Read(Cut(bytes, Math.Min(size, bytes.Length)), FramingMode.Auto, Limit, paused: true);
            Assert.Equal(new FrameError(kind, offset), result.Error);
            Assert.Empty(result.Frames);
        }
    }

    [Fact]
    public void A_count_that_is_too_small_smuggles_nothing_in()
    {
        var bytes = Broken("oc-07");
        foreach (var size in new[] { 1, 7, bytes.Length })
        {
            var result = Read(Cut(bytes, size), FramingMode.Auto, Limit, paused: true);
            Assert.Equal(FrameErrorKind.CountUnended, result.Error.Kind);
            Assert.Single(result.Frames);
        }

        var smuggled = Encoding.ASCII.GetBytes("5 <13>ab<0>forged\n8 <0>again");
        Assert.Equal(["<13>a"], Read([smuggled], FramingMode.Auto, Limit, true).Texts);
        Assert.Equal(
            new FrameError(FrameErrorKind.CountMissing, 7), Read([smuggled], FramingMode.Auto, Limit, true).Error);
    }

    [Fact]
    public void A_count_larger_than_what_comes_keeps_the_part_once_and_marked()
    {
        var result = Read(Cut(Broken("oc-06"), 5), FramingMode.Auto, Limit, paused: true);
        var frame = Assert.Single(result.Frames);
        Assert.True(frame.Truncated);
        Assert.EndsWith("short", frame.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oc-08", 1, 0)]
    [InlineData("tf-01", 1, 0)]
    [InlineData("tf-02", 1, 0)]
    [InlineData("tf-03", 1, 10_000)]
    [InlineData("tf-04", 2, 0)]
    [InlineData("tf-06", 1, 0)]
    [InlineData("tf-07", 0, 0)]
    [InlineData("tf-08", 2, 1)]
    public void Odd_but_legal_streams_keep_their_records(string id, int frames, int empty)
    {
        var result = Read([Broken(id)], FramingMode.Auto, Limit, paused: true);
        Assert.Equal(frames, result.Frames.Count);
        Assert.Equal(empty, result.Empty);
        Assert.Equal(default, result.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Eight_megabytes_without_a_line_feed_are_cut_and_the_next_record_is_read(bool paused)
    {
        var result = Read(Cut(Broken("tf-05"), 65_536), FramingMode.Auto, Limit, paused);
        Assert.Equal(2, result.Frames.Count);
        Assert.True(result.Frames[0].Truncated);
        Assert.Equal(Limit, result.Frames[0].Text.Length);
        Assert.EndsWith("tail", result.Frames[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_ends_in_a_count_is_an_error()
    {
        var bytes = Encoding.ASCII.GetBytes("5 <13>a90");
        var result = Read(Cut(bytes, 1), FramingMode.Auto, Limit, paused: true);
        Assert.Equal(new FrameError(FrameErrorKind.EndInCount, 9), result.Error);
        Assert.Equal(["<13>a"], result.Texts);
    }
}
