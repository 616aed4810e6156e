using System.Globalization;
using System.Text;

namespace ActorLog.Protocol.Syslog;

/// <summary>Reads the text of a line back into the bytes that were received.</summary>
public static class LineReader
{
    private const int HexEscapeBytes = 4;
    private const int UnicodeEscapeBytes = 6;

    /// <summary>Undoes the escaping of a column or of the message, without the LF.</summary>
    /// <remarks>
    /// Exact but for one case, since the written form is the same for both: <c>\x80</c> to <c>\x9f</c> stands for a C1
    /// control (two bytes of UTF-8) as well as for a byte that is not UTF-8. It is read as the byte behind another byte
    /// that is not UTF-8, as in a cut character, else as the control.
    /// </remarks>
    /// <param name="text">The text of the line.</param>
    /// <param name="destination">As long as the text at least.</param>
    /// <param name="isTruncated">Whether the text ends in the mark of a cut record, which is left out.</param>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination, out bool isTruncated)
    {
        isTruncated = false;
        var written = 0;
        var isBehindInvalid = false;
        while (!text.IsEmpty)
        {
            var run = text.IndexOf((byte)'\\');
            run = run < 0 ? text.Length : run;
            text[..run].CopyTo(destination[written..]);
            written += run;
            isBehindInvalid &= run == 0;
            text = text[run..];
            if (text.SequenceEqual(LineWriter.TruncatedMark))
            {
                isTruncated = true;
                return written;
            }

            if (!text.IsEmpty)
            {
                text = text[ReadEscape(text, destination, ref written, ref isBehindInvalid)..];
            }
        }

        return written;
    }

    /// <summary>Reads what begins with a backslash; returns its bytes.</summary>
    private static int ReadEscape(
        ReadOnlySpan<byte> text, Span<byte> destination, ref int written, ref bool isBehindInvalid)
    {
        var wasBehindInvalid = isBehindInvalid;
        isBehindInvalid = false;
        switch (text.Length > 1 ? text[1] : 0)
        {
            case (byte)'\\':
                destination[written++] = (byte)'\\';
                return 2;
            case (byte)'n':
                destination[written++] = (byte)'\n';
                return 2;
            case (byte)'r':
                destination[written++] = (byte)'\r';
                return 2;
            case (byte)'t':
                destination[written++] = (byte)'\t';
                return 2;
            case (byte)'x' when TryReadHex(text, HexEscapeBytes, out var value):
                if (value is >= 0x80 and < 0xa0 && !wasBehindInvalid)
                {
                    written += new Rune(value).EncodeToUtf8(destination[written..]);
                    return HexEscapeBytes;
                }

                destination[written++] = (byte)value;
                isBehindInvalid = value >= 0x80;
                return HexEscapeBytes;
            case (byte)'u' when TryReadHex(text, UnicodeEscapeBytes, out var value) && LineEscape.IsLayout(value):
                written += new Rune(value).EncodeToUtf8(destination[written..]);
                return UnicodeEscapeBytes;
            default:
                destination[written++] = (byte)'\\';
                return 1;
        }
    }

    private static bool TryReadHex(ReadOnlySpan<byte> text, int bytes, out int value)
    {
        value = 0;
        return text.Length >= bytes
            && int.TryParse(text[2..bytes], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
