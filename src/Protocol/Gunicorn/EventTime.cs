using System.Globalization;
using System.Text;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>The time in brackets that gunicorn and Django write: <c>[dd/Mon/yyyy:hh:mm:ss +zzzz]</c>.</summary>
internal static class EventTime
{
    /// <summary>Its bytes, brackets included.</summary>
    public const int Bytes = 28;

    private static ReadOnlySpan<byte> Form => "[00/Aaa/0000:00:00:00 +0000]"u8;

    /// <summary>Where the next one stands at or behind a place; -1 for none.</summary>
    public static int IndexOf(ReadOnlySpan<byte> text, int from)
    {
        while (from <= text.Length - Bytes)
        {
            var bracket = text[from..].IndexOf((byte)'[');
            if (bracket < 0)
            {
                return -1;
            }

            from += bracket;
            if (Begins(text[from..]))
            {
                return from;
            }

            from++;
        }

        return -1;
    }

    /// <summary>Whether the text begins with one; the numbers in it are not judged.</summary>
    public static bool Begins(ReadOnlySpan<byte> text)
    {
        if (text.Length < Bytes || text[Bytes - 1] != ']')
        {
            return false;
        }

        for (var at = 0; at < Bytes; at++)
        {
            var fits = Form[at] switch
            {
                (byte)'0' => (uint)(text[at] - '0') <= 9,
                (byte)'A' or (byte)'a' => char.IsAsciiLetter((char)text[at]),
                (byte)'+' => text[at] is (byte)'+' or (byte)'-',
                var literal => text[at] == literal,
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The instant with its offset; null where the numbers make none.</summary>
    public static DateTimeOffset? Read(ReadOnlySpan<byte> text) =>
        Begins(text) && DateTimeOffset.TryParseExact(
            Encoding.ASCII.GetString(text[1..(Bytes - 3)]) + ":" + Encoding.ASCII.GetString(text[(Bytes - 3)..(Bytes - 1)]),
            "dd/MMM/yyyy:HH:mm:ss zzz",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time)
            ? time
            : null;
}
