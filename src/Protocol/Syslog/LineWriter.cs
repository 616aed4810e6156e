using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// Writes a record as the one line that a file holds:
/// <c>Mmm dd hh:mm:ss HOST PROGRAM: [PID] CLIENT USER LEVEL MESSAGE</c> for gunicorn's programs, a dash for what is
/// unknown, and <c>Mmm dd hh:mm:ss HOST PROGRAM[PID]: MESSAGE</c> for any other.
/// </summary>
/// <remarks>
/// <para>A line is valid UTF-8 and holds no control character but its own LF; how everything else is written is told in
/// docs/decisions/0003-line-escaping.md, and <see cref="LineReader"/> reads it back.</para>
/// <para>A record that was cut ends in <c>\u2026[truncated]</c>. No message can end so by itself: an ellipsis is
/// written as it is, and a backslash in front of a u is doubled.</para>
/// <para>It remembers the last date that it worked out, so one instance serves one thread at a time.</para>
/// </remarks>
public sealed class LineWriter
{
    /// <summary>The most bytes that one byte of a record becomes.</summary>
    internal const int ExpansionMax = 4;

    /// <summary>The most bytes of a line that are not a field's: date, blanks, dashes, mark and LF.</summary>
    internal const int FixedBytesMax = 64;

    private readonly LineDate _date;

    /// <summary>Makes a writer of lines whose dates are of one zone.</summary>
    public LineWriter(TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        _date = new LineDate(zone);
    }

    /// <summary>What a line of a cut record ends in, in front of the LF.</summary>
    internal static ReadOnlySpan<byte> TruncatedMark => "\\u2026[truncated]"u8;

    /// <summary>An upper bound of the bytes of a record's line, LF included: four times its fields and a constant.</summary>
    public int MaxBytes(scoped in LogRecord record) =>
        checked(((record.Host.Length + record.Length) * ExpansionMax) + FixedBytesMax);

    /// <summary>Writes the line with its LF.</summary>
    /// <param name="record">The record.</param>
    /// <param name="destination">Room for <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="MaxBytes"/>.</exception>
    public int Write(scoped in LogRecord record, Span<byte> destination)
    {
        if (destination.Length < MaxBytes(in record))
        {
            throw new ArgumentException("Shorter than LineWriter.MaxBytes.", nameof(destination));
        }

        _date.Write(record.TimestampTicks, destination);
        var at = LineDate.Bytes;
        destination[at++] = (byte)' ';
        at += LineEscape.WriteColumn(record.Host, destination[at..]);
        destination[at++] = (byte)' ';
        at += record.Channel == Channel.Other
            ? WriteTag(in record, destination[at..])
            : WriteColumns(in record, destination[at..]);

        var isCut = (record.Flags & RecordFlags.Truncated) != 0;
        at += LineEscape.WriteText(record.Message, isBackslashNext: isCut, destination[at..]);
        if (isCut)
        {
            TruncatedMark.CopyTo(destination[at..]);
            at += TruncatedMark.Length;
        }

        destination[at++] = (byte)'\n';
        return at;
    }

    private static int WriteTag(scoped in LogRecord record, Span<byte> destination)
    {
        if (record.Program.IsEmpty)
        {
            return 0;
        }

        var at = LineEscape.WriteText(record.Program, isBackslashNext: false, destination);
        if (!record.ProcId.IsEmpty)
        {
            destination[at++] = (byte)'[';
            at += LineEscape.WriteColumn(record.ProcId, destination[at..]);
            destination[at++] = (byte)']';
        }

        return at + Put(": "u8, destination[at..]);
    }

    private static int WriteColumns(scoped in LogRecord record, Span<byte> destination)
    {
        var at = LineEscape.WriteText(record.Program, isBackslashNext: false, destination);
        at += Put(": ["u8, destination[at..]);
        at += WriteOrDash(record.ProcId, destination[at..]);
        at += Put("] "u8, destination[at..]);
        at += WriteOrDash(record.Client, destination[at..]);
        destination[at++] = (byte)' ';
        at += WriteOrDash(record.User, destination[at..]);
        destination[at++] = (byte)' ';
        at += WriteOrDash(record.Level, destination[at..]);
        destination[at++] = (byte)' ';
        return at;
    }

    private static int WriteOrDash(ReadOnlySpan<byte> field, Span<byte> destination) =>
        field.IsEmpty ? Put("-"u8, destination) : LineEscape.WriteColumn(field, destination);

    private static int Put(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
