using System.Text;
using ActorLog.Protocol.Framing;
using CsCheck;
using static ActorLog.Protocol.Tests.Framing.Streams;

namespace ActorLog.Protocol.Tests.Framing;

public class FrameReaderTests
{
    private const int Limit = 1024 * 1024;

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static TheoryData<string> Names() => [.. All.Select(stream => stream.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Captured_stream_is_framed_as_its_sender_meant(string name)
    {
        var stream = All.Single(stream => stream.Name == name);
        var result = Read(stream.Chunks, FramingMode.Auto, Limit, paused: true);
        Assert.Equal(stream.Framing, result.Framing);
        Assert.Equal(stream.Frames, result.Frames.Count);
        Assert.All(result.Frames, frame => Assert.False(frame.Truncated));
        Assert.Equal(default, result.Error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Frames_do_not_depend_on_the_chunks(string name)
    {
        var stream = All.Single(stream => stream.Name == name);
        var bytes = stream.Bytes;
        var expected = Read([bytes], stream.Framing, Limit, paused: false);
        Assert.Equal(stream.Frames, expected.Frames.Count);
        foreach (var paused in new[] { false, true })
        {
            Assert.Equal(expected.Frames, Read(Cut(bytes, 1), stream.Framing, Limit, paused).Frames);
            for (var at = 1; at < Math.Min(bytes.Length, 600); at++)
            {
                var split = Read([bytes[..at], bytes[at..]], stream.Framing, Limit, paused);
                Assert.Equal(expected.Frames, split.Frames);
            }
        }

        // Whatever the chunks, the framing is found the same while nothing pauses.
        Assert.Equal(expected.Frames, Read(Cut(bytes, 1), FramingMode.Auto, Limit, paused: false).Frames);
        Assert.Equal(expected.Frames, Read(Cut(bytes, 7), FramingMode.Auto, Limit, paused: false).Frames);
    }

    [Fact]
    public void Frames_round_trip_through_every_framing_in_any_chunks()
    {
        var text = Gen.Char['\u0001', '\u00ff'].Where(c => c is not ('\n' or '\r')).Array[1, 40]
            .Select(chars => new string(chars));
        var mode = Gen.OneOf(
            Gen.Const(FramingMode.Nul), Gen.Const(FramingMode.LineFeed), Gen.Const(FramingMode.OctetCounting));
        Gen.Select(text.Array[0, 12], mode, Gen.Int[1, 30], Gen.Bool).Sample((texts, framing, size, paused) =>
        {
            var wire = string.Concat(texts.Select(item => framing switch
            {
                FramingMode.Nul => item + "\0",
                FramingMode.LineFeed => item + "\n",
                _ => $"{item.Length} {item}",
            }));
            var result = Read(Cut(Bytes(wire), size), framing, Limit, paused);
            Assert.Equal(texts, result.Texts);
            Assert.Equal(default, result.Error);
        });
    }

    [Fact]
    public void Any_bytes_in_any_chunks_give_the_same_frames_and_never_throw()
    {
        var bytes = Gen.OneOf(Gen.Byte, Gen.Int[0, 5].Select(index => "\0\n< 19"u8[index]));
        Gen.Select(bytes.Array[0, 200], Gen.Enum<FramingMode>(), Gen.Int[1, 20], Gen.Int[1, 40]).Sample(
            (input, mode, size, limit) =>
            {
                var whole = Read([input], mode, limit, paused: false);
                var cut = Read(Cut(input, size), mode, limit, paused: false);
                Assert.Equal(whole.Frames, cut.Frames);
                Assert.Equal(whole.Empty, cut.Empty);
                Assert.Equal(whole.Error, cut.Error);
                Assert.All(whole.Frames, frame => Assert.InRange(frame.Text.Length, 1, limit));
            });
    }

    [Theory]
    [InlineData("<14>a\nb\0<14>c\0", FramingMode.Nul, "<14>a\nb|<14>c")]
    [InlineData("<14>a\n<14>b\n", FramingMode.LineFeed, "<14>a|<14>b")]
    [InlineData("5 <14>a6 <14>bc", FramingMode.OctetCounting, "<14>a|<14>bc")]
    [InlineData("6 <14>a\n6 <14>b\0", FramingMode.OctetCounting, "<14>a\n|<14>b\0")]
    [InlineData("2026 was a year\n7 dwarfs\n", FramingMode.LineFeed, "2026 was a year|7 dwarfs")]
    [InlineData("1700000000000000000 ns\n", FramingMode.LineFeed, "1700000000000000000 ns")]
    [InlineData("<14>no end", FramingMode.Auto, "<14>no end")]
    [InlineData("12", FramingMode.Auto, "12")]
    [InlineData("", FramingMode.Auto, "")]
    public void Framing_is_found(string wire, FramingMode framing, string frames)
    {
        var result = Read([Bytes(wire)], FramingMode.Auto, Limit, paused: true);
        Assert.Equal(framing, result.Framing);
        Assert.Equal(frames, string.Join('|', result.Texts));
    }

    [Fact]
    public void A_pause_inside_a_record_decides_nothing()
    {
        byte[][] ofNul = [Bytes("a\nb"), Bytes("\0c\0")];
        byte[][] ofLineFeed = [Bytes("a\nb"), Bytes("c\n"), Bytes("d\0")];
        Assert.Equal(["a\nb", "c"], Read(ofNul, FramingMode.Auto, Limit, true).Texts);
        Assert.Equal(["a", "bc", "d"], Read(ofLineFeed, FramingMode.Auto, Limit, true).Texts);
    }

    [Fact]
    public void A_found_framing_is_kept()
    {
        // A NUL-terminated record may look like a count, and a line too.
        byte[][] chunks = [Bytes("a\0"), Bytes("5 <13>x\ny\0")];
        Assert.Equal(["a", "5 <13>x\ny"], Read(chunks, FramingMode.Auto, Limit, true).Texts);
    }

    [Theory]
    [InlineData(FramingMode.Nul, "\0")]
    [InlineData(FramingMode.LineFeed, "\n")]
    [InlineData(FramingMode.Auto, "\0")]
    [InlineData(FramingMode.Auto, "\n")]
    public void A_long_record_is_cut_once_and_its_rest_is_never_a_record(FramingMode mode, string end)
    {
        var wire = Bytes($"<13>{new string('x', 96)}<0>forged{end}<13>tail{end}");
        for (var size = 1; size <= wire.Length; size++)
        {
            var result = Read(Cut(wire, size), mode, 100, paused: false);
            Assert.Equal([("<13>" + new string('x', 96), true), ("<13>tail", false)], result.Frames);
        }
    }

    [Fact]
    public void The_rest_of_a_long_record_with_line_feeds_is_skipped_to_its_NUL()
    {
        var wire = Bytes(new string('x', 120) + "\n<0>forged\n<0>forged\0<13>tail\0");
        for (var size = 1; size <= wire.Length; size++)
        {
            var result = Read(Cut(wire, size), FramingMode.Auto, 100, paused: false);
            Assert.Equal([(new string('x', 100), true), ("<13>tail", false)], result.Frames);
            Assert.Equal(FramingMode.Nul, result.Framing);
        }
    }

    [Fact]
    public void A_long_counted_record_is_cut_and_skipped_by_its_count()
    {
        var wire = Bytes("130 <13>" + new string('x', 116) + "5 <0>forge" + "5 <13>t");
        for (var size = 1; size <= wire.Length; size++)
        {
            var result = Read(Cut(wire, size), FramingMode.Auto, 100, paused: true);
            Assert.Equal([("<13>" + new string('x', 96), true), ("<13>t", false)], result.Frames);
        }
    }

    [Theory]
    [InlineData("ab\u00c3\u00a9", 3, "ab")]
    [InlineData("ab\u00c3\u00a9", 4, "ab\u00c3\u00a9")]
    [InlineData("a\u00e6\u0097\u00a5x", 3, "a")]
    [InlineData("a\u00e6\u0097\u00a5x", 4, "a\u00e6\u0097\u00a5")]
    [InlineData("a\u00f0\u009f\u0098\u0080", 4, "a")]
    [InlineData("\u0080\u0080\u0080\u0080\u0080\u0080", 5, "\u0080\u0080\u0080\u0080\u0080")]
    public void A_record_is_cut_at_a_character_border(string record, int limit, string kept)
    {
        var result = Read([Bytes(record + "x\0")], FramingMode.Nul, limit, paused: false);
        Assert.Equal([(kept, true)], result.Frames);
        Assert.Equal(kept.Length, RecordLimit.Cut(Bytes(record + "x"), limit));
    }

    [Fact]
    public void A_record_of_exactly_the_limit_is_whole()
    {
        Assert.Equal([("12345", false)], Read([Bytes("12345\n")], FramingMode.LineFeed, 5, false).Frames);
        Assert.Equal([("<1>45", false)], Read([Bytes("5 <1>45")], FramingMode.Auto, 5, false).Frames);
        Assert.Equal([("12345", true)], Read([Bytes("123456\n")], FramingMode.LineFeed, 5, false).Frames);
    }

    [Fact]
    public void A_stream_that_breaks_leaves_a_marked_record()
    {
        Assert.Equal([("half", true)], Read([Bytes("half")], FramingMode.Nul, Limit, true, StreamState.Broken).Frames);
        Assert.Equal([("half", false)], Read([Bytes("half")], FramingMode.Nul, Limit, true).Frames);
        Assert.Equal([("<1>x", true)], Read([Bytes("9 <1>x")], FramingMode.Auto, Limit, true).Frames);
    }
}
