using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// Writes received bytes as text of a line; docs/decisions/0003-line-escaping.md says what becomes of what.
/// </summary>
internal static class LineEscape
{
    private static readonly SearchValues<byte> Printable = Bytes(static value => value is >= 0x20 and <= 0x7e and not (byte)'\\');
    private static readonly SearchValues<byte> PrintableButBlank = Bytes(static value => value is > 0x20 and <= 0x7e and not (byte)'\\');

    /// <summary>
    /// In valid UTF-8 no more than these need a second look: controls, the backslash and two lead bytes.
    /// </summary>
    private static readonly SearchValues<byte> SuspectsInUtf8 =
        Bytes(static value => value is < 0x20 or 0x7f or (byte)'\\' or 0xc2 or 0xe2);

    private static readonly SearchValues<byte> SuspectsInUtf8AndBlank =
        Bytes(static value => value is <= 0x20 or 0x7f or (byte)'\\' or 0xc2 or 0xe2);

    private static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    /// <summary>Writes a text that ends its line or its column by other means than a blank.</summary>
    /// <param name="text">Bytes as received.</param>
    /// <param name="isBackslashNext">Whether a backslash will be written right behind it.</param>
    /// <param name="destination">Room for <see cref="LineWriter.ExpansionMax"/> times the text.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteText(ReadOnlySpan<byte> text, bool isBackslashNext, Span<byte> destination)
    {
        if (!text.ContainsAnyExcept(Printable))
        {
            text.CopyTo(destination);
            return text.Length;
        }

        return WriteEscaped(text, isBackslashNext, isColumn: false, destination);
    }

    /// <summary>Writes a text that a blank ends: its own blanks become <c>\x20</c>.</summary>
    public static int WriteColumn(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (!text.ContainsAnyExcept(PrintableButBlank))
        {
            text.CopyTo(destination);
            return text.Length;
        }

        return WriteEscaped(text, isBackslashNext: false, isColumn: true, destination);
    }

    private static int WriteEscaped(
        ReadOnlySpan<byte> text, bool isBackslashNext, bool isColumn, Span<byte> destination)
    {
        var plain = isColumn ? PrintableButBlank : Printable;
        var suspects = isColumn ? SuspectsInUtf8AndBlank : SuspectsInUtf8;
        var isUtf8 = Utf8.IsValid(text);
        var written = 0;
        while (true)
        {
            var run = isUtf8 ? text.IndexOfAny(suspects) : text.IndexOfAnyExcept(plain);
            if (run < 0)
            {
                text.CopyTo(destination[written..]);
                return written + text.Length;
            }

            text[..run].CopyTo(destination[written..]);
            written += run;
            text = text[run..];
            int read;
            if (text[0] == '\\')
            {
                read = 1;
                written += WriteBackslash(text[1..], isBackslashNext, isColumn, destination[written..]);
            }
            else if (text[0] < 0x80)
            {
                read = 1;
                written += WriteControl(text[0], destination[written..]);
            }
            else
            {
                read = WriteRune(text, destination[written..], out var length);
                written += length;
            }

            text = text[read..];
        }
    }

    /// <summary>A backslash is doubled where the byte written behind it would make it look like an escape.</summary>
    private static int WriteBackslash(
        ReadOnlySpan<byte> behind, bool isBackslashNext, bool isColumn, Span<byte> destination)
    {
        destination[0] = (byte)'\\';
        destination[1] = (byte)'\\';
        var isDoubled = behind.IsEmpty
            ? isBackslashNext
            : behind[0] is (byte)'n' or (byte)'r' or (byte)'t' or (byte)'x' or (byte)'u' or (byte)'\\'
                || (behind[0] == ' ' ? isColumn : IsEscaped(behind));
        return isDoubled ? 2 : 1;
    }

    /// <summary>Whether the first character of a text is written with a backslash.</summary>
    private static bool IsEscaped(ReadOnlySpan<byte> text)
    {
        if (text[0] < 0x80)
        {
            return text[0] is < 0x20 or 0x7f;
        }

        return Rune.DecodeFromUtf8(text, out var rune, out _) != OperationStatus.Done
            || rune.Value < 0xa0 || IsLayout(rune.Value);
    }

    private static int WriteControl(byte control, Span<byte> destination)
    {
        destination[0] = (byte)'\\';
        switch (control)
        {
            case (byte)'\n':
                destination[1] = (byte)'n';
                return 2;
            case (byte)'\r':
                destination[1] = (byte)'r';
                return 2;
            case (byte)'\t':
                destination[1] = (byte)'t';
                return 2;
            default:
                return WriteHex(control, destination);
        }
    }

    /// <summary>Writes one character of several bytes, or what should have been one; returns the bytes read.</summary>
    private static int WriteRune(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        if (Rune.DecodeFromUtf8(text, out var rune, out var read) != OperationStatus.Done)
        {
            written = 0;
            foreach (var invalid in text[..read])
            {
                written += WriteHex(invalid, destination[written..]);
            }

            return read;
        }

        if (rune.Value < 0xa0)
        {
            written = WriteHex((byte)rune.Value, destination);
        }
        else if (IsLayout(rune.Value))
        {
            "\\u20"u8.CopyTo(destination);
            destination[4] = HexDigits[(rune.Value >> 4) & 0xf];
            destination[5] = HexDigits[rune.Value & 0xf];
            written = 6;
        }
        else
        {
            text[..read].CopyTo(destination);
            written = read;
        }

        return read;
    }

    private static int WriteHex(byte value, Span<byte> destination)
    {
        destination[0] = (byte)'\\';
        destination[1] = (byte)'x';
        destination[2] = HexDigits[value >> 4];
        destination[3] = HexDigits[value & 0xf];
        return 4;
    }

    /// <summary>Line and paragraph separators and the bidirectional controls: they change what a reader sees.</summary>
    internal static bool IsLayout(int rune) => rune is (>= 0x2028 and <= 0x202e) or (>= 0x2066 and <= 0x2069);

    private static SearchValues<byte> Bytes(Predicate<byte> wanted)
    {
        Span<byte> found = stackalloc byte[256];
        var count = 0;
        for (var value = 0; value <= byte.MaxValue; value++)
        {
            if (wanted((byte)value))
            {
                found[count++] = (byte)value;
            }
        }

        return SearchValues.Create(found[..count]);
    }
}
