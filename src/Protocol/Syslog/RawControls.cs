using System.Buffers;
using System.Text;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// Finds what <see cref="LineWriter"/> never writes as it is: C0, DEL and C1 controls, line and paragraph separators, bidirectional controls,
/// and bytes that are not UTF-8, among which a terminal may see a C1 control.
/// </summary>
public static class RawControls
{
    /// <summary>Counts them in a line.</summary>
    /// <param name="line">A line without its LF.</param>
    /// <param name="first">Where the first one is, or -1.</param>
    public static int Count(ReadOnlySpan<byte> line, out int first)
    {
        first = -1;
        var count = 0;
        var at = 0;
        while (line[at..].IndexOfAnyExceptInRange((byte)' ', (byte)'~') is var run and >= 0)
        {
            at += run;
            var isText = Rune.DecodeFromUtf8(line[at..], out var rune, out var read) == OperationStatus.Done;
            if (!isText || rune.Value is < 0x20 or (>= 0x7f and < 0xa0) || LineEscape.IsLayout(rune.Value))
            {
                first = count++ == 0 ? at : first;
            }
            at += read;
        }
        return count;
    }
}
