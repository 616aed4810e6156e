namespace ActorLog.Protocol.Framing;

/// <summary>Cuts a record that is too long.</summary>
public static class RecordLimit
{
    /// <summary>
    /// How many of the first <paramref name="bytesMax"/> bytes are kept, so that no UTF-8 character (RFC 3629,
    /// section 3) is cut in two. Where the bytes are not UTF-8 there is no border, and all are kept.
    /// </summary>
    public static int Cut(ReadOnlySpan<byte> record, int bytesMax)
    {
        return record.Length <= bytesMax ? record.Length : KeptOf(record[..bytesMax]);
    }

    /// <summary>How many bytes are left when a character that the end cuts in two is taken off.</summary>
    internal static int KeptOf(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(4, bytes.Length); back++)
        {
            var lead = bytes[^back];
            if ((lead & 0xC0) == 0x80)
            {
                continue;
            }

            var length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
            return length > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }
}
