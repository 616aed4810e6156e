namespace ActorLog.Protocol.Framing;

/// <summary>MSG-LEN SP (RFC 6587, section 3.4.1; RFC 5425, section 4.3.1): NONZERO-DIGIT *DIGIT and a blank.</summary>
public static class OctetCount
{
    /// <summary>Most digits of a count that is believed (999,999,999 bytes): it cannot overflow.</summary>
    public const int DigitsMax = 9;

    /// <summary>
    /// Bytes of an octet count in front of a datagram (<c>logger --octet-count -d</c>), to be left out. Zero when there
    /// is none, or when it does not say the length of the rest exactly: then it is text.
    /// </summary>
    public static int InFrontOfDatagram(ReadOnlySpan<byte> datagram)
    {
        return TryRead(datagram, out var count, out var header) == FrameErrorKind.None
            && header > 0 && count == datagram.Length - header
            ? header
            : 0;
    }

    /// <summary>
    /// Reads a count and its blank. <paramref name="header"/> is 0 when the bytes end too early to say; on an error it
    /// is the offset of the offending byte.
    /// </summary>
    internal static FrameErrorKind TryRead(ReadOnlySpan<byte> bytes, out int count, out int header)
    {
        count = 0;
        header = 0;
        var digits = 0;
        for (; digits < bytes.Length && char.IsAsciiDigit((char)bytes[digits]); digits++)
        {
            if (digits == 0 && bytes[0] == '0')
            {
                return FrameErrorKind.CountMissing;
            }

            if (digits == DigitsMax)
            {
                header = digits;
                return FrameErrorKind.CountTooLong;
            }

            count = count * 10 + (bytes[digits] - '0');
        }

        if (digits == bytes.Length)
        {
            return FrameErrorKind.None;
        }

        if (digits == 0)
        {
            return FrameErrorKind.CountMissing;
        }

        if (bytes[digits] != ' ')
        {
            header = digits;
            return FrameErrorKind.CountUnended;
        }

        header = digits + 1;
        return FrameErrorKind.None;
    }
}
