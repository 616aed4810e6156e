namespace ActorLog.Protocol.Gunicorn;

/// <summary>Writes an address in its canonical form: RFC 5952, or four decimal numbers.</summary>
internal static class AddressText
{
    /// <summary>The longest canonical form, bytes.</summary>
    public const int BytesMax = 39;

    private const int Groups = 8;

    /// <summary>Writes the address; returns the bytes written.</summary>
    public static int Write(Address address, Span<byte> destination) =>
        address.IsV4 ? WriteV4((uint)address.Low, destination) : WriteV6(address, destination);

    private static int WriteV4(uint value, Span<byte> destination)
    {
        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            at += WriteDecimal((byte)(value >> shift), destination[at..]);
            if (shift > 0)
            {
                destination[at++] = (byte)'.';
            }
        }

        return at;
    }

    private static int WriteDecimal(byte value, Span<byte> destination)
    {
        var at = 0;
        if (value >= 100)
        {
            destination[at++] = (byte)('0' + (value / 100));
        }

        if (value >= 10)
        {
            destination[at++] = (byte)('0' + (value / 10 % 10));
        }

        destination[at++] = (byte)('0' + (value % 10));
        return at;
    }

    private static int WriteV6(Address address, Span<byte> destination)
    {
        var (gapAt, gapGroups) = LongestZeros(address);
        var at = 0;
        for (var group = 0; group < Groups; group++)
        {
            if (group == gapAt)
            {
                destination[at++] = (byte)':';
                destination[at++] = (byte)':';
                group += gapGroups - 1;
                continue;
            }

            if (group > 0 && group != gapAt + gapGroups)
            {
                destination[at++] = (byte)':';
            }

            Group(address, group).TryFormat(destination[at..], out var written, "x");
            at += written;
        }

        return at;
    }

    /// <summary>
    /// The first of the longest runs of two zero groups or more (RFC 5952, section 4.2); a negative place for none.
    /// </summary>
    private static (int At, int Groups) LongestZeros(Address address)
    {
        var best = (At: -Groups, Groups: 1);
        var run = 0;
        for (var group = 0; group < Groups; group++)
        {
            run = Group(address, group) == 0 ? run + 1 : 0;
            if (run > best.Groups)
            {
                best = (group - run + 1, run);
            }
        }

        return best;
    }

    private static uint Group(Address address, int group) =>
        (uint)((group < Groups / 2 ? address.High : address.Low) >> ((Groups - 1 - group) % (Groups / 2) * 16)) & 0xffff;
}
