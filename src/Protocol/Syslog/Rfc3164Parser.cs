using System.Buffers;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// The header as RFC 3164 found it in the wild (sections 4.1 and 5.4): a BSD or RFC 3339 timestamp or none, a host or
/// none, a tag or none.
/// </summary>
internal static class Rfc3164Parser
{
    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:"u8);

    /// <summary>Fills the record from the text behind PRI (or from the whole frame where there is none).</summary>
    public static void Parse(
        ReadOnlySpan<byte> text, TimestampReader times, scoped in ParseContext context, ref ParsedRecord record)
    {
        var time = times.ReadBsd(text, in context, out var ticks, out var length);
        if (time == TimeReading.None)
        {
            time = times.ReadRfc3339(text, out ticks, out length);
        }

        if (time != TimeReading.None && length < text.Length && text[length] != ' ')
        {
            time = TimeReading.None;
        }

        var rest = text;
        if (time == TimeReading.Time)
        {
            rest = length < text.Length ? text[(length + 1)..] : default;
            if (!TryReadHost(ref rest, ref record))
            {
                record.Flags = RecordFlags.Unparsed;
                record.Message = text;
                return;
            }

            record.TimestampTicks = ticks;
            record.Flags = RecordFlags.HeaderTime;
        }
        else if (time == TimeReading.Impossible)
        {
            // What claims to be a time stays readable in the message.
            record.Flags = RecordFlags.BadTime;
        }

        var hasTag = Tag.TryRead(ref rest, time == TimeReading.Time, ref record);
        if (time != TimeReading.Time && !hasTag && !text.IsEmpty)
        {
            record.Flags |= RecordFlags.Unparsed;
        }

        record.Message = rest;
    }

    /// <summary>Takes the host off the text where its first word is one; false when that word is too long for a host.</summary>
    private static bool TryReadHost(ref ReadOnlySpan<byte> text, ref ParsedRecord record)
    {
        var end = text.IndexOf((byte)' ');
        if (end <= 0 || text[end - 1] == ':' || text[..end].ContainsAnyExcept(HostBytes)
            || !text[end..].ContainsAnyExcept((byte)' '))
        {
            return true;
        }

        if (end > HostTable.NameBytesMax)
        {
            return false;
        }

        record.Hostname = text[..end];
        text = text[(end + 1)..];
        return true;
    }
}
