using System.Buffers;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Syslog;

/// <summary>The header of RFC 5424, section 6: six fields apart by one blank each, then MSG.</summary>
internal static class Rfc5424Parser
{
    private const int VersionBytes = 2;

    private static readonly SearchValues<byte> ElementStops = SearchValues.Create("\"]"u8);
    private static readonly SearchValues<byte> ValueStops = SearchValues.Create("\"\\"u8);

    /// <summary>Fills the record from the text behind PRI, which begins with VERSION 1 and a blank.</summary>
    public static void Parse(ReadOnlySpan<byte> text, TimestampReader times, ref ParsedRecord record)
    {
        var rest = text[VersionBytes..];
        var isHeader = TryReadToken(ref rest, int.MaxValue, out var timestamp)
            & TryReadToken(ref rest, HostTable.NameBytesMax, out var hostname)
            & TryReadToken(ref rest, byte.MaxValue, out var appName)
            & TryReadToken(ref rest, byte.MaxValue, out var procId)
            & TryReadToken(ref rest, byte.MaxValue, out var msgId);
        var time = TimeReading.Time;
        long ticks = 0;
        if (isHeader && !IsNil(timestamp))
        {
            time = times.ReadRfc3339(timestamp, out ticks, out var length);
            time = length == timestamp.Length ? time : TimeReading.None;
            record.Flags |= time == TimeReading.Impossible ? RecordFlags.BadTime : RecordFlags.HeaderTime;
        }

        if (!isHeader || time != TimeReading.Time || !TryReadStructuredData(ref rest, out var structuredData))
        {
            // Kept whole, with what claims to be a time in it, and not half of it under fields of doubtful meaning.
            record.Flags = (record.Flags & RecordFlags.BadTime) | RecordFlags.Unparsed;
            record.Message = text;
            return;
        }

        record.TimestampTicks = ticks;
        record.Hostname = NilIsEmpty(hostname);
        record.Program = NilIsEmpty(appName);
        record.ProcId = NilIsEmpty(procId);
        record.MsgId = NilIsEmpty(msgId);
        record.StructuredData = NilIsEmpty(structuredData);
        record.Message = Msg(rest);
    }

    /// <summary>MSG behind its blank: rsyslog writes a second one, and a BOM says only that UTF-8 follows (section 6.4).</summary>
    private static ReadOnlySpan<byte> Msg(ReadOnlySpan<byte> rest)
    {
        var msg = rest.StartsWith(" "u8) ? rest[1..] : rest;
        msg = msg.StartsWith(" "u8) ? msg[1..] : msg;
        return msg.StartsWith("\uFEFF"u8) ? msg[3..] : msg;
    }

    private static bool TryReadToken(scoped ref ReadOnlySpan<byte> rest, int bytesMax, out ReadOnlySpan<byte> token)
    {
        var end = rest.IndexOf((byte)' ');
        token = end > 0 ? rest[..end] : default;
        rest = end > 0 ? rest[(end + 1)..] : default;
        return end > 0 && end <= bytesMax && !token.ContainsAnyInRange((byte)0, (byte)' ');
    }

    /// <summary>
    /// STRUCTURED-DATA up to the blank behind it or the end (section 6.3). Brackets inside a quoted value do not end
    /// an element, escaped or not; names are not judged.
    /// </summary>
    private static bool TryReadStructuredData(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> structuredData)
    {
        structuredData = default;
        var end = 0;
        if (rest.StartsWith("-"u8))
        {
            end = 1;
        }
        else
        {
            while (end < rest.Length && rest[end] == '[')
            {
                var length = ElementLength(rest[end..]);
                if (length < 0)
                {
                    return false;
                }

                end += length;
            }
        }

        if (end is 0 or > ushort.MaxValue || (end < rest.Length && rest[end] != ' '))
        {
            return false;
        }

        structuredData = rest[..end];
        rest = rest[end..];
        return true;
    }

    /// <summary>Bytes of the SD-ELEMENT that the text begins with, or -1 when it is not closed.</summary>
    private static int ElementLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[1] is (byte)' ' or (byte)']')
        {
            return -1;
        }

        var at = 1;
        while (true)
        {
            var stop = text[at..].IndexOfAny(ElementStops);
            if (stop < 0)
            {
                return -1;
            }

            at += stop + 1;
            if (text[at - 1] == ']')
            {
                return at;
            }

            if (!TrySkipValue(text, ref at))
            {
                return -1;
            }
        }
    }

    private static bool TrySkipValue(ReadOnlySpan<byte> text, ref int at)
    {
        while (true)
        {
            var stop = text[at..].IndexOfAny(ValueStops);
            if (stop < 0)
            {
                return false;
            }

            at += stop + 1;
            if (text[at - 1] == '"')
            {
                return true;
            }

            at = Math.Min(at + 1, text.Length);
        }
    }

    private static bool IsNil(ReadOnlySpan<byte> field) => field.Length == 1 && field[0] == '-';

    private static ReadOnlySpan<byte> NilIsEmpty(ReadOnlySpan<byte> field) => IsNil(field) ? default : field;
}
