using System.Text;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>
/// A chain of addresses as X-Forwarded-For holds it: each proxy puts the one that it serves at the end, so what stands
/// at the head is anybody's claim.
/// </summary>
internal static class ForwardedFor
{
    /// <summary>What some releases of gunicorn write for an empty REMOTE_ADDR.</summary>
    private static ReadOnlySpan<byte> EmptyBytes => "b''"u8;

    private static ReadOnlySpan<byte> Blanks => " \t"u8;

    /// <summary>Whether the text stands for no chain at all.</summary>
    public static bool IsNone(ReadOnlySpan<byte> forwarded) =>
        forwarded.IsEmpty || forwarded.SequenceEqual("-"u8) || forwarded.SequenceEqual(EmptyBytes);

    /// <summary>
    /// The client: from the right the first address that is not a trusted proxy's, the leftmost when all are; none when
    /// the walk meets what is no address.
    /// </summary>
    /// <param name="forwarded">The chain as received.</param>
    /// <param name="isEscaped">Whether a quote is written with a backslash before it.</param>
    /// <param name="trusted">The networks of trusted proxies.</param>
    /// <param name="scratch">Takes the canonical form; <see cref="AddressText.BytesMax"/> at least.</param>
    /// <returns>The canonical form: a slice of the chain where it stands there to the byte, else of the scratch; empty for none.</returns>
    public static ReadOnlySpan<byte> Client(
        ReadOnlySpan<byte> forwarded, bool isEscaped, TrustedProxies trusted, Span<byte> scratch)
    {
        ReadOnlySpan<byte> client = default;
        Address address = default;
        var rest = forwarded;
        var comma = 0;
        while (comma >= 0)
        {
            comma = rest.LastIndexOf((byte)',');
            var element = rest[(comma + 1)..].Trim(Blanks);
            if (!element.IsEmpty)
            {
                if (!Address.TryParse(element, isEscaped, out address))
                {
                    return default;
                }

                client = element;
                if (!trusted.Contains(address))
                {
                    break;
                }
            }

            rest = comma >= 0 ? rest[..comma] : default;
        }

        if (client.IsEmpty)
        {
            return default;
        }

        var canonical = scratch[..AddressText.Write(address, scratch)];
        return client.SequenceEqual(canonical) ? client : canonical;
    }

    /// <summary>The elements from left to right: addresses in canonical form, others as received. Allocates.</summary>
    /// <param name="forwarded">The chain, quotes without backslashes.</param>
    public static IReadOnlyList<string> Elements(ReadOnlySpan<byte> forwarded)
    {
        var elements = new List<string>();
        if (IsNone(forwarded))
        {
            return elements;
        }

        Span<byte> canonical = stackalloc byte[AddressText.BytesMax];
        foreach (var range in forwarded.Split((byte)','))
        {
            var element = forwarded[range].Trim(Blanks);
            if (!element.IsEmpty)
            {
                elements.Add(Address.TryParse(element, isEscaped: false, out var address)
                    ? Encoding.ASCII.GetString(canonical[..AddressText.Write(address, canonical)])
                    : FieldText.Decode(element));
            }
        }

        return elements;
    }

    /// <summary>Whether the last element that is not empty is an address. Looks at a bounded stretch of the end.</summary>
    public static bool EndsInAddress(ReadOnlySpan<byte> text, bool isEscaped)
    {
        const int window = 2 * Address.ElementBytesMax;
        var isCut = text.Length > window;
        text = (isCut ? text[^window..] : text).TrimEnd(" \t,"u8);
        var comma = text.LastIndexOf((byte)',');
        return (comma >= 0 || !isCut)
            && Address.TryParse(text[(comma + 1)..].Trim(Blanks), isEscaped, out _);
    }
}
