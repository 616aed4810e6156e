using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>The time in brackets that gunicorn and Django write: <c>[dd/Mon/yyyy:hh:mm:ss +zzzz]</c>.</summary>
internal static class EventTime
{
    /// <summary>Its bytes, brackets included.</summary>
    public const int Bytes = 28;

    private const int SignAt = 22;

    private static ReadOnlySpan<byte> Least => "[00/Aaa/0000:00:00:00 +0000]"u8;

    private static ReadOnlySpan<byte> Most => "[99/Zzz/9999:99:99:99 -9999]"u8;

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

        return text[SignAt] != ','
            && IsWithin(text, 0)
            && IsWithin(text, Bytes - Vector128<byte>.Count);
    }

    /// <summary>The instant with its offset; null where the numbers make none.</summary>
    public static DateTimeOffset? Read(ReadOnlySpan<byte> text) =>
        Begins(text) && DateTimeOffset.TryParseExact(
            Encoding.ASCII.GetString(text[1..(Bytes - 1)]).Insert(SignAt + 2, ":"),
            "dd/MMM/yyyy:HH:mm:ss zzz",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time)
            ? time
            : null;

    /// <summary>Whether each of sixteen bytes lies between the least and the most that may stand there.</summary>
    private static bool IsWithin(ReadOnlySpan<byte> text, int at)
    {
        var bytes = Vector128.Create(text[at..]);
        return Vector128.GreaterThanOrEqualAll(bytes, Vector128.Create(Least[at..]))
            && Vector128.LessThanOrEqualAll(bytes, Vector128.Create(Most[at..]));
    }
}
