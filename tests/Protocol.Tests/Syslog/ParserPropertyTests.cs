using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;
using CsCheck;

namespace ActorLog.Protocol.Tests.Syslog;

/// <summary>
/// What holds for every frame: random bytes, and random sentences of the words that a parser looks for.
/// </summary>
public sealed class ParserPropertyTests
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "<14>", "<191>", "<192>", "1 ", "-", " ", ",", "\n", "\0", "\\", "\"", "\\\"", ":", ": ", "[", "]", "Level 25 ",
            "Nov 23 05:50:00", "Feb 29 12:00:00.5", "2026-11-23T05:50:00.123456789+01:00", "9999-12-31T23:59:60-23:59 ",
            "web1 ", "su[12]: ", "gunicorn.demo.access: ", "gunicorn.demo.app: ", "gunicorn.demo.error: ", "[4788] ",
            "203.0.113.7", "10.0.0.1", "[2001:db8::1]:80", "::ffff:10.0.0.1", "fe80::1%eth0", "::", " - - ", " - ", "alice",
            " INFO ", "[23/Nov/2026:05:39:48 +0000] ", "[99/Xxx/2026:05:39:48 -9999]", "\"GET / HTTP/1.1\" 200 3 ",
            "\"-\" \"-\"", "[ex@32473 a=\"b\\\"]\"]", "\uFEFF", "\u0085", "\u2028", "é", "😀", "\t", "\u001b",
        }.Select(Encoding.UTF8.GetBytes),
        [0xe9], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x9b],
    ];

    private static readonly Gen<byte[]> AnyWord = Gen.Int[0, Words.Length - 1].Select(word => Words[word]);

    private static readonly Gen<byte[]> Frames = Gen.OneOf(
        Gen.Byte.Array[0, 200],
        AnyWord.Array[0, 24].Select(words => words.SelectMany(word => word).ToArray()),
        Gen.OneOf(AnyWord, Gen.Byte.Array[1, 3]).Array[0, 24].Select(words => words.SelectMany(word => word).ToArray()));

    [Fact]
    public void Every_frame_gives_a_record_within_limits_and_a_clean_line() => Frames.Sample(
        frame => LineRules.Check(RecordReading.Of(frame)),
        iter: 20_000);

    [Fact]
    public void Every_slice_is_within_the_limit_of_its_field() => Frames.Sample(
        frame =>
        {
            var context = new ParseContext(RecordReading.Received.Ticks, TimeZoneInfo.Utc, TrustedProxies.Default);
            var record = new SyslogParser().Parse(frame, in context, new byte[SyslogParser.ScratchBytes]);
            Assert.InRange(record.Hostname.Length, 0, HostTable.NameBytesMax);
            Assert.InRange(record.Program.Length, 0, byte.MaxValue);
            Assert.InRange(record.ProcId.Length, 0, byte.MaxValue);
            Assert.InRange(record.MsgId.Length, 0, byte.MaxValue);
            Assert.InRange(record.Level.Length, 0, byte.MaxValue);
            Assert.InRange(record.Message.Length, 0, frame.Length);
            Assert.InRange(record.Client.Length, 0, AddressText.BytesMax);
            Assert.InRange(record.TimestampTicks, 0, DateTime.MaxValue.Ticks);
            Assert.True(!record.Flags.HasFlag(RecordFlags.Unparsed) || (record.Program.IsEmpty && record.Hostname.IsEmpty));
        },
        iter: 20_000);

    [Fact]
    public void A_line_is_at_most_six_times_its_frame_and_a_constant() => Frames.Sample(
        frame => Assert.InRange(RecordReading.Of(frame).LineBytes.Length, 0, (frame.Length * 6) + 128),
        iter: 20_000);

    [Fact]
    public void Fields_are_read_from_any_record() => Frames.Sample(
        frame => RecordReading.Of(frame).FieldTexts().ContainsKey("message"),
        iter: 5_000);

    [Fact]
    public void A_long_frame_of_any_one_word_is_read_in_linear_time()
    {
        // 16 KiB each: a quadratic scan would take minutes, and a recursive one the stack.
        foreach (var prefix in new[] { "", "<14>", "<14>1 ", "<14>gunicorn.demo.access: [1] ", "<14>gunicorn.demo.app: [1] " })
        {
            foreach (var word in Words)
            {
                byte[] frame =
                [
                    .. Encoding.UTF8.GetBytes(prefix),
                    .. Enumerable.Repeat(word, (16 * 1024) / word.Length).SelectMany(bytes => bytes),
                ];
                LineRules.Check(RecordReading.Of(frame));
            }
        }
    }

    [Theory]
    [InlineData("<14>gunicorn.demo.access: [1] ", " - ", "x [23/Nov/2026:05:39:48 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"")]
    [InlineData("<14>gunicorn.demo.access: [1] - - [23/Nov/2026:05:39:48 +0000] \"", "\" 1 1 \"", "\" \"")]
    [InlineData("<14>gunicorn.demo.access: [1] - - [23/Nov/2026:05:39:48 +0000] \"", "\\\" 1 1 \"", " \"")]
    [InlineData("<14>gunicorn.demo.access: [1] ", "[23/Nov/2026:05:39:48 +0000] ", "\"")]
    [InlineData("<14>gunicorn.demo.app: [1] 10.0.0.1", " ", "alice INFO [23/Nov/2026:05:39:48 +0000] x")]
    [InlineData("<14>gunicorn.demo.app: [1] 10.0.0.1", ",", " alice INFO [23/Nov/2026:05:39:48 +0000] x")]
    [InlineData("<14>gunicorn.demo.app: [1] ", "10.0.0.1,", " - INFO [23/Nov/2026:05:39:48 +0000] x")]
    [InlineData("<14>gunicorn.demo.app: [1] ", "INFO [23/Nov/2026:05:39:48 +0000]", "x")]
    [InlineData("<14>1 - - - - - ", "[a b=\"", "")]
    [InlineData("<14>1 - - - - - ", "[a]", " x")]
    [InlineData("<14>Nov 23 05:50:00 ", "h", " x")]
    public void A_frame_made_to_be_scanned_again_and_again_is_read_in_linear_time(string head, string word, string tail)
    {
        var frame = head + string.Concat(Enumerable.Repeat(word, (1024 * 1024) / word.Length)) + tail;
        LineRules.Check(RecordReading.Of(frame));
    }

    [Fact]
    public void A_record_costs_no_memory()
    {
        var frame = Encoding.UTF8.GetBytes(
            "<14>Nov 23 05:39:48 web1 gunicorn.demo.access: [4788] [2001:DB8::1], 10.0.0.1 - \\\"al\\\" [23/Nov/2026:05:39:48 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"");
        var parser = new SyslogParser();
        var scratch = new byte[SyslogParser.ScratchBytes];
        var context = new ParseContext(RecordReading.Received.Ticks, TimeZoneInfo.Utc, TrustedProxies.Default);
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < 100; n++)
            {
                Assert.False(parser.Parse(frame, in context, scratch).Client.IsEmpty);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        _ = Allocated();
        Assert.Equal(0, Allocated());
    }
}
