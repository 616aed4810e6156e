using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Makes names of files out of what senders say, so that no two values share a name and none is more than a name.
/// Letters, digits, '.', '_' and '-' stand for themselves; any other byte is '%' and two hexadecimal digits. So are the
/// '.' or '-' that a value begins with, which covers '.' and '..'. An empty value is "_", and the value "_" is "%5F".
/// </summary>
internal static class PathEncoding
{
    /// <summary>The longest name, bytes; longer ones are cut and end in "%x" and a hash of the whole.</summary>
    internal const int NameBytesMax = 200;

    /// <summary>What may end a name that looks like a sealed segment's, as a regular expression.</summary>
    internal const string ReservedPattern = $"(?:{ReservedMark})?";

    /// <summary>A name that was cut, of which nothing more can be said.</summary>
    internal const string CutPattern = $"[^/]*{CutMark}[0-9A-F]{{32}}[^/]*";

    // '%' is followed by two digits of 0-9A-F everywhere else, so these marks cannot be part of a value.
    private const string CutMark = "%x";
    private const string ReservedMark = "%r";
    private const int HashBytes = 16;
    private const int KeptSuffixMax = 32;

    /// <summary>Appends a value.</summary>
    /// <param name="value">Bytes as received, of any kind.</param>
    /// <param name="separator">What stands behind the value and so is encoded within it; NUL for nothing.</param>
    /// <param name="name">The name being made.</param>
    internal static void Append(ReadOnlySpan<byte> value, char separator, StringBuilder name)
    {
        if (value.IsEmpty)
        {
            name.Append('_');
            return;
        }

        var alone = value.Length == 1 && value[0] == (byte)'_';
        for (var i = 0; i < value.Length; i++)
        {
            var c = (char)value[i];
            var plain = char.IsAsciiLetterOrDigit(c) || c == '_' || (c is '.' or '-' && i > 0);
            if (plain && c != separator && !alone)
            {
                name.Append(c);
            }
            else
            {
                name.Append('%').Append(Hex(value[i] >> 4)).Append(Hex(value[i] & 15));
            }
        }
    }

    /// <summary>The value that <see cref="Append"/> has written.</summary>
    internal static byte[] Decode(ReadOnlySpan<char> text)
    {
        var value = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isHex = text[i] == '%' && i + 2 < text.Length;
            value.Add(isHex ? byte.Parse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : (byte)text[i]);
            i += isHex ? 2 : 0;
        }

        return [.. value];
    }

    /// <summary>Brings a whole name within its limit, and out of the names that sealed segments and temporaries have.</summary>
    /// <param name="name">The name, ASCII.</param>
    /// <param name="suffix">The template's text at its end, which is kept when it is short.</param>
    internal static string Finish(string name, string suffix)
    {
        if (name.Length > NameBytesMax)
        {
            var kept = suffix.Length <= KeptSuffixMax ? suffix : "";
            var hash = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(name)), 0, HashBytes);
            var cut = NameBytesMax - CutMark.Length - hash.Length - kept.Length;
            var escape = name.AsSpan(cut - 2, 2).IndexOf('%');
            cut = escape < 0 ? cut : cut - 2 + escape;
            name = string.Concat(name.AsSpan(0, cut), CutMark, hash, kept);
        }

        return SegmentName.IsReserved(name) ? name + ReservedMark : name;
    }

    private static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
