using System.Text.Unicode;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests;

/// <summary>What holds for every line, whatever the record.</summary>
internal static class LineRules
{
    public static void Check(RecordReading reading)
    {
        var line = reading.LineBytes.AsSpan();
        Assert.Equal((byte)'\n', line[^1]);
        Assert.True(Utf8.IsValid(line), "A line is valid UTF-8.");
        Assert.True(line.Length <= reading.MaxBytes, "A line is no longer than was announced.");
        foreach (var rune in reading.Line.EnumerateRunes())
        {
            Assert.False(
                rune.Value < 0x20 || rune.Value is >= 0x7f and < 0xa0 || LineEscape.IsLayout(rune.Value),
                $"U+{rune.Value:X4} stands in the line.");
        }
    }

    /// <summary>The message as the line gives it back.</summary>
    public static byte[] MessageOf(RecordReading reading)
    {
        var line = reading.LineBytes.AsSpan()[..^1];
        var written = new byte[reading.Message.Length * LineWriter.ExpansionMax];
        var length = LineEscape.WriteText(reading.Message, reading.Flags.HasFlag(RecordFlags.Truncated), written);
        if (reading.Flags.HasFlag(RecordFlags.Truncated))
        {
            Assert.True(line.EndsWith(LineWriter.TruncatedMark));
            line = line[..^LineWriter.TruncatedMark.Length];
        }

        Assert.True(line.EndsWith(written.AsSpan(0, length)), "The line ends in the message.");
        var message = new byte[line.Length];
        var text = reading.LineBytes.AsSpan()[(line.Length - length)..^1];
        return message[..LineReader.Unescape(text, message, out _)];
    }
}
