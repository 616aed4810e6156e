using System.Text;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests.Syslog;

public sealed class RawControlsTests
{
    [Theory]
    [InlineData("", 0, -1)]
    [InlineData("plain ~", 0, -1)]
    [InlineData("\u00a0\u00e9\u20ac\U0001f600", 0, -1)]
    [InlineData("a\tb\n", 2, 1)]
    [InlineData("\u007f", 1, 0)]
    [InlineData("\u00e9\u0080\u009f", 2, 2)]
    [InlineData("x\u2028\u2029\u202a\u202e\u2066\u2069", 6, 1)]
    public void Controls_of_every_kind_are_counted(string text, int count, int first) =>
        Assert.Equal((count, first), (RawControls.Count(Encoding.UTF8.GetBytes(text), out var at), at));

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0x9b, (byte)'b' }, 1, 1)]
    [InlineData(new byte[] { 0xe2, 0x80 }, 1, 0)]
    [InlineData(new byte[] { 0xff, 0xfe }, 2, 0)]
    public void Bytes_that_are_not_utf8_are_counted(byte[] text, int count, int first) =>
        Assert.Equal((count, first), (RawControls.Count(text, out var at), at));

    [Fact]
    public void What_is_escaped_holds_none()
    {
        var text = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var line = new byte[text.Length * LineWriter.ExpansionMax];

        var length = LineEscape.WriteText(text, isBackslashNext: false, line);

        Assert.Equal(0, RawControls.Count(line.AsSpan(0, length), out _));
    }
}
