using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>An address as a proxy writes it: four or sixteen bytes without port, brackets, quotes and zone.</summary>
/// <param name="High">The first eight bytes as a number, the network's order; 0 when it is of four bytes. (UInt128 has no ready-made code.)</param>
/// <param name="Low">The last eight bytes, or the four.</param>
/// <param name="IsV4">Whether it is of four bytes; <c>::ffff:a.b.c.d</c> is.</param>
internal readonly record struct Address(ulong High, ulong Low, bool IsV4)
{
    /// <summary>
    /// The longest element of a list that is looked at, bytes: an address, brackets, port, quotes, zone.
    /// </summary>
    public const int ElementBytesMax = 128;

    private const int PortDigitsMax = 5;
    private const int Groups = 8;

    /// <summary>The address of the base class library; its zone is left out.</summary>
    public static Address Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new Address(0, BinaryPrimitives.ReadUInt32BigEndian(bytes), true)
            : OfV6(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>Reads an element of a list.</summary>
    /// <param name="element">The element without blanks around it.</param>
    /// <param name="isEscaped">Whether a quote is written with a backslash before it.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(ReadOnlySpan<byte> element, bool isEscaped, out Address address)
    {
        address = default;
        if (element.Length is 0 or > ElementBytesMax)
        {
            return false;
        }

        var quote = isEscaped ? "\\\""u8 : "\""u8;
        if (element.Length > 2 * quote.Length && element.StartsWith(quote) && element.EndsWith(quote))
        {
            element = element[quote.Length..^quote.Length];
        }

        if (element[0] == '[')
        {
            var close = element.IndexOf((byte)']');
            return close > 0 && IsPortOrNothing(element[(close + 1)..])
                && TryParseBare(element[1..close], out address);
        }

        var colon = element.IndexOf((byte)':');
        if (colon > 0 && element.LastIndexOf((byte)':') == colon)
        {
            return IsPortOrNothing(element[colon..]) && TryParseV4(element[..colon], out address);
        }

        return TryParseBare(element, out address);
    }

    private static bool TryParseBare(ReadOnlySpan<byte> text, out Address address)
    {
        if (TryParseV4(text, out address))
        {
            return true;
        }

        var zone = text.IndexOf((byte)'%');
        if (zone >= 0)
        {
            text = zone < text.Length - 1 ? text[..zone] : default;
        }

        return TryParseV6(text, out address);
    }

    private static bool IsPortOrNothing(ReadOnlySpan<byte> text) => text.IsEmpty
        || (text[0] == ':' && text.Length is > 1 and <= PortDigitsMax + 1
            && !text[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));

    private static Address OfV6(ulong high, ulong low) =>
        high == 0 && low >> 32 == 0xffff ? new Address(0, (uint)low, true) : new Address(high, low, false);

    /// <summary>Four decimal numbers; leading zeros are refused, since some read them as octal.</summary>
    private static bool TryParseV4(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        uint value = 0;
        var parts = 0;
        var at = 0;
        while (parts < 4)
        {
            var start = at;
            var part = 0;
            while (at < text.Length && at - start < 3 && (uint)(text[at] - '0') <= 9)
            {
                part = (part * 10) + text[at++] - '0';
            }

            if (at == start || part > 255 || (at - start > 1 && text[start] == '0'))
            {
                return false;
            }

            value = (value << 8) | (uint)part;
            parts++;
            if (parts < 4 && (at >= text.Length || text[at++] != '.'))
            {
                return false;
            }
        }

        address = new Address(0, value, true);
        return at == text.Length;
    }

    /// <summary>
    /// RFC 4291, section 2.2: eight groups, one run of which may be left out, the last two perhaps as IPv4.
    /// </summary>
    private static bool TryParseV6(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        Span<ushort> head = stackalloc ushort[Groups];
        var groups = 0;
        var gapAt = -1;
        if (text.Length < 2 || (text[0] == ':' && text[1] != ':'))
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            if (text.StartsWith("::"u8) && gapAt < 0)
            {
                gapAt = groups;
                text = text[2..];
                continue;
            }

            if (groups > 0 && gapAt != groups && !TrySkipColon(ref text))
            {
                return false;
            }

            var digits = text.IndexOf((byte)':');
            digits = digits < 0 ? text.Length : digits;
            if (digits == text.Length && groups <= 6 && TryParseV4(text, out var tail))
            {
                head[groups++] = (ushort)(tail.Low >> 16);
                head[groups++] = (ushort)tail.Low;
                break;
            }

            if (groups == Groups || !TryParseGroup(text[..digits], out var group))
            {
                return false;
            }

            head[groups++] = (ushort)group;
            text = text[digits..];
        }

        if (gapAt < 0 ? groups != Groups : groups >= Groups)
        {
            return false;
        }

        if (gapAt >= 0)
        {
            Spread(head, groups, gapAt);
        }

        address = OfV6(Half(head), Half(head[(Groups / 2)..]));
        return true;
    }

    private static bool TrySkipColon(ref ReadOnlySpan<byte> text)
    {
        if (text[0] != ':' || text.Length == 1)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    /// <summary>Moves the groups behind the gap to the end.</summary>
    private static void Spread(Span<ushort> groups, int count, int gapAt)
    {
        var behind = count - gapAt;
        groups.Slice(gapAt, behind).CopyTo(groups[(Groups - behind)..]);
        groups[gapAt..(Groups - behind)].Clear();
    }

    private static ulong Half(ReadOnlySpan<ushort> groups) =>
        ((ulong)groups[0] << 48) | ((ulong)groups[1] << 32) | ((ulong)groups[2] << 16) | groups[3];

    private static bool TryParseGroup(ReadOnlySpan<byte> text, out uint group)
    {
        group = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return false;
            }

            group = (group << 4) | (uint)((digit & 0xf) + (digit > '9' ? 9 : 0));
        }

        return text.Length is > 0 and <= 4;
    }
}
