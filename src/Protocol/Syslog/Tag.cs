using System.Buffers;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Gunicorn;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// The tag in front of a text (RFC 3164, section 4.1.3): a program with or without its pid, a colon, and a blank or the end.
/// </summary>
internal static class Tag
{
    /// <summary>The longest program of an ordinary tag, bytes; the RFC's 32 are kept by nobody.</summary>
    private const int NameBytesMax = 128;

    private static readonly SearchValues<byte> NameStops = SearchValues.Create(" \t\n\v\f\r:[]\"'<>"u8);
    private static readonly SearchValues<byte> PidStops = SearchValues.Create(" \t\n\v\f\r[]"u8);

    /// <summary>Takes the tag off the text; false, and nothing changed, where there is none.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> text, bool afterTimestamp, ref ParsedRecord record)
    {
        if (GunicornParser.TryReadTag(text, out var length))
        {
            record.Program = text[..length];
            text = text[(length + 2)..];
            return true;
        }

        var name = text[..Math.Min(text.Length, NameBytesMax + 1)].IndexOfAny(NameStops);
        if (name <= 0)
        {
            return false;
        }

        if (text[name] == '[')
        {
            return TryReadWithPid(ref text, name, afterTimestamp, ref record);
        }

        if (!EndsTag(text[name..]))
        {
            return false;
        }

        record.Program = text[..name];
        text = Behind(text, name + 1);
        return true;
    }

    private static bool TryReadWithPid(ref ReadOnlySpan<byte> text, int name, bool afterTimestamp, ref ParsedRecord record)
    {
        var inBrackets = text[(name + 1)..];
        var pid = inBrackets[..Math.Min(inBrackets.Length, byte.MaxValue + 1)].IndexOfAny(PidStops);
        if (pid <= 0 || inBrackets[pid] != ']')
        {
            return false;
        }

        var behind = inBrackets[(pid + 1)..];
        var withoutColon = afterTimestamp && behind.StartsWith(" "u8)
            && !inBrackets[..pid].ContainsAnyExceptInRange((byte)'0', (byte)'9');
        if (!withoutColon && !EndsTag(behind))
        {
            return false;
        }

        record.Program = text[..name];
        record.ProcId = inBrackets[..pid];
        text = Behind(behind, withoutColon ? 0 : 1);
        return true;
    }

    private static bool EndsTag(ReadOnlySpan<byte> text) =>
        text.Length > 0 && text[0] == ':' && (text.Length == 1 || text[1] == ' ');

    private static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> text, int blank) =>
        blank < text.Length ? text[(blank + 1)..] : default;
}
