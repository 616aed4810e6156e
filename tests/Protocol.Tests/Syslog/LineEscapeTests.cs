using System.Text;
using ActorLog.Protocol.Syslog;
using CsCheck;

namespace ActorLog.Protocol.Tests.Syslog;

public sealed class LineEscapeTests
{
    /// <summary>
    /// Pieces of messages that a line gives back exactly; a C1 control among them never follows a byte that is not
    /// UTF-8.
    /// </summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\\", "\\", "n", "r", "t", "x", "u", "x41", "u2028", "u2026[truncated]", "\n", "\r", "\t", "\0", "\u001b", "\u007f", " ",
            "\"", "a\u0085", "é", "日本", "😀", "\u2028", "\u202e", "\u2066", "\u200b", "\u2026", "text", "[truncated]",
        }.Select(Encoding.UTF8.GetBytes),
        [0xe9], [0xff], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf0, 0x9f, 0x98],
    ];

    private static readonly Gen<byte[]> Messages =
        Gen.Int[0, Pieces.Length - 1].Select(piece => Pieces[piece]).Array[0, 30].Select(pieces => pieces.SelectMany(piece => piece).ToArray());

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a\nb\rc\td", @"a\nb\rc\td")]
    [InlineData("\0\u001b\u007f", @"\x00\x1b\x7f")]
    [InlineData("c1\u0085 \u009b", @"c1\x85 \x9b")]
    [InlineData("\u2028\u2029\u202a\u202e\u2066\u2069", @"\u2028\u2029\u202a\u202e\u2066\u2069")]
    [InlineData("\u2027\u202f\u2065\u206a\u00a0é日😀", "\u2027\u202f\u2065\u206a\u00a0é日😀")]
    [InlineData(@"a\b \"" \q", @"a\b \"" \q")]
    [InlineData(@"\n \r \t \x41 \u2028", @"\\n \\r \\t \\x41 \\u2028")]
    [InlineData(@"a\\b", @"a\\\b")]
    [InlineData("a\\\nb", @"a\\\nb")]
    [InlineData("a\\\u0085", @"a\\\x85")]
    [InlineData("a\\\u2028", @"a\\\u2028")]
    [InlineData("a\\é", @"a\é")]
    [InlineData(@"ends\", @"ends\")]
    public void Text_is_written_as_told(string message, string expected) =>
        Assert.Equal(expected, Escaped(Encoding.UTF8.GetBytes(message)));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_written_one_by_one()
    {
        Assert.Equal(@"caf\xe9 é \xe2\x82", Escaped([.. "caf"u8, 0xe9, .. " é "u8, 0xe2, 0x82]));
        Assert.Equal(@"\xed\xa0\x80\xc0\xaf\xff", Escaped([0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xff]));
        Assert.Equal(@"\\\xff", Escaped([(byte)'\\', 0xff]));
    }

    [Fact]
    public void Message_is_read_back_exactly() => Messages.Sample(
        message => Assert.Equal(message, Unescaped(Encoding.UTF8.GetBytes(Escaped(message)), out _)));

    [Fact]
    public void Cut_message_is_read_back_with_its_mark() => Messages.Sample(message =>
    {
        var reading = RecordReading.Of([.. "<14>x: "u8, .. message, (byte)'.'], isTruncated: true);
        Assert.EndsWith(@"\u2026[truncated]", reading.Line, StringComparison.Ordinal);
        LineRules.Check(reading);
        Assert.Equal(reading.Message, LineRules.MessageOf(reading));
        var text = reading.LineBytes.AsSpan(Encoding.UTF8.GetByteCount("Nov 23 05:50:00 web1 x: "))[..^1];
        Assert.Equal([.. message, (byte)'.'], Unescaped(text, out var isTruncated));
        Assert.True(isTruncated);
    });

    [Fact]
    public void Whole_message_never_looks_cut() => Messages.Sample(message =>
    {
        Unescaped(Encoding.UTF8.GetBytes(Escaped(message)), out var isTruncated);
        Assert.False(isTruncated);
    });

    [Fact]
    public void Backslash_in_front_of_the_mark_is_doubled()
    {
        var reading = RecordReading.Of("<14>x: a\\"u8, isTruncated: true);
        Assert.EndsWith(@"a\\\u2026[truncated]", reading.Line, StringComparison.Ordinal);
    }

    /// <summary>
    /// A stray byte 0x80 to 0x9f and a C1 control are written alike (spec), so bytes may differ, but not the line. Without
    /// 0xc2, which begins a C1 control: behind a stray lead byte such a one reads back as one character with it.
    /// </summary>
    [Fact]
    public void Any_bytes_read_back_give_the_same_line() => Gen.Byte.Where(static b => b != 0xc2).Array[0, 60].Sample(message =>
    {
        var line = Escaped(message);
        Assert.Equal(line, Escaped(Unescaped(Encoding.UTF8.GetBytes(line), out _)));
    });

    [Theory]
    [InlineData(@"\q\", @"\q\")]
    [InlineData(@"\x4", @"\x4")]
    [InlineData(@"\xzz", @"\xzz")]
    [InlineData(@"\u0041", @"\u0041")]
    [InlineData(@"\u2028", "\u2028")]
    public void Reader_keeps_what_no_writer_wrote(string text, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Unescaped(Encoding.UTF8.GetBytes(text), out _)));

    [Fact]
    public void Blank_of_a_column_is_escaped_and_of_a_text_not()
    {
        var column = new byte[64];
        var length = LineEscape.WriteColumn("Mary \\ Ann é"u8, column);
        Assert.Equal(@"Mary\x20\\\x20Ann\x20é", Encoding.UTF8.GetString(column.AsSpan(0, length)));
        Assert.Equal("Mary \\ Ann", Escaped("Mary \\ Ann"u8.ToArray()));
    }

    private static string Escaped(byte[] message)
    {
        var line = new byte[message.Length * LineWriter.ExpansionMax];
        return Encoding.UTF8.GetString(line.AsSpan(0, LineEscape.WriteText(message, false, line)));
    }

    private static byte[] Unescaped(ReadOnlySpan<byte> text, out bool isTruncated)
    {
        var message = new byte[text.Length];
        return message[..LineReader.Unescape(text, message, out isTruncated)];
    }
}
