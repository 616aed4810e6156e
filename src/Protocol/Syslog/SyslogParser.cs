using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Framing;
using ActorLog.Protocol.Gunicorn;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// Reads one frame: RFC 5424, RFC 3164 with or without its host, or the bare form of Python's SysLogHandler, and in
/// it gunicorn's and Django's text. Every byte sequence gives a record; nothing is dropped and nothing throws.
/// </summary>
/// <remarks>It remembers the last date that it worked out, so one instance serves one thread at a time.</remarks>
public sealed class SyslogParser
{
    /// <summary>The least length of the scratch buffer of <see cref="Parse"/>, bytes.</summary>
    public const int ScratchBytes = GunicornParser.ScratchBytes;

    private const int PriorityDigitsMax = 3;

    private readonly TimestampReader _times = new();

    /// <summary>Reads one frame.</summary>
    /// <param name="frame">The frame's bytes without framing; NUL, CR and LF at its end are left out.</param>
    /// <param name="context">What the frame does not say itself.</param>
    /// <param name="scratch">Memory for the values that are not written as they arrived; at least
    /// <see cref="ScratchBytes"/>. It belongs to the record until the caller is done with it.</param>
    /// <returns>Slices of the frame and of the scratch, valid as long as both are left alone. Without a legal header
    /// the flags hold <see cref="RecordFlags.Unparsed"/> and the whole text (behind a legal PRI) is the message.
    /// </returns>
    /// <exception cref="ArgumentException">The scratch is too short.</exception>
    public ParsedRecord Parse(ReadOnlySpan<byte> frame, scoped in ParseContext context, Span<byte> scratch)
    {
        if (scratch.Length < ScratchBytes)
        {
            throw new ArgumentException("Shorter than SyslogParser.ScratchBytes.", nameof(scratch));
        }

        var record = new ParsedRecord { Priority = Priority.Default };
        var text = FrameEnd.Trim(frame);
        if (TryReadPriority(text, out var priority, out var length))
        {
            record.Priority = priority;
            text = text[length..];
            if (text.StartsWith("1 "u8))
            {
                Rfc5424Parser.Parse(text, _times, ref record);
                ReadChannel(context.TrustedProxies, scratch, ref record);
                return record;
            }
        }

        Rfc3164Parser.Parse(text, _times, in context, ref record);
        ReadChannel(context.TrustedProxies, scratch, ref record);
        return record;
    }

    private static void ReadChannel(TrustedProxies trusted, Span<byte> scratch, ref ParsedRecord record)
    {
        record.Channel = GunicornParser.ChannelOf(record.Program);
        if (record.Channel != Channel.Other)
        {
            GunicornParser.Parse(trusted, scratch, ref record);
        }
    }

    /// <summary>
    /// PRI: an angle bracket, 0 to 191 without leading zeros, an angle bracket (RFC 5424, section 6.2.1).
    /// </summary>
    private static bool TryReadPriority(ReadOnlySpan<byte> text, out Priority priority, out int length)
    {
        priority = default;
        length = 0;
        if (text.Length < 3 || text[0] != '<')
        {
            return false;
        }

        var value = 0;
        var at = 1;
        while (at < text.Length && at <= PriorityDigitsMax && char.IsAsciiDigit((char)text[at]))
        {
            value = (value * 10) + text[at] - '0';
            at++;
        }

        var leadingZero = text[1] == '0' && at > 2;
        if (at == 1 || at >= text.Length || text[at] != '>' || leadingZero || value > Priority.Max)
        {
            return false;
        }

        priority = new Priority((byte)value);
        length = at + 1;
        return true;
    }
}
