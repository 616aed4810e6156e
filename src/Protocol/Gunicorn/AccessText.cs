namespace ActorLog.Protocol.Gunicorn;

/// <summary>The part of an access record from its time on: <c>[time] "REQUEST" STATUS BYTES "REFERER" "AGENT"</c>.</summary>
/// <remarks>gunicorn writes a quote inside a value as <c>\"</c> and leaves backslashes alone.</remarks>
internal ref struct AccessText
{
    private const byte Quote = (byte)'"';
    private const byte Backslash = (byte)'\\';

    /// <summary>Method, target and protocol, as received.</summary>
    public ReadOnlySpan<byte> Request;

    /// <summary>The status; a dash for none.</summary>
    public ReadOnlySpan<byte> Status;

    /// <summary>The bytes of the response's body; a dash for none.</summary>
    public ReadOnlySpan<byte> Bytes;

    /// <summary>The referer, as received.</summary>
    public ReadOnlySpan<byte> Referer;

    /// <summary>The user agent, as received.</summary>
    public ReadOnlySpan<byte> UserAgent;

    /// <summary>Where the real time of an access text stands: the first with a quote behind it. A client can put none there, for his quotes are escaped.</summary>
    public static int IndexOfTime(ReadOnlySpan<byte> text)
    {
        var at = EventTime.IndexOf(text, 0);
        while (at >= 0 && !text[(at + EventTime.Bytes)..].StartsWith(" \""u8))
        {
            at = EventTime.IndexOf(text, at + 1);
        }

        return at;
    }

    /// <summary>Reads what begins with the time, a blank and a quote; false when it does not fit the form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out AccessText access)
    {
        access = default;
        var body = text[(EventTime.Bytes + 1)..];
        var lastGap = body.LastIndexOf("\" \""u8);
        if (body[^1] != Quote || lastGap < 0)
        {
            return false;
        }

        return TryRequest(body, lastGap, isLenient: false, ref access)
            || TryRequest(body, lastGap, isLenient: true, ref access);
    }

    /// <summary>
    /// The request ends at the first quote with status and bytes behind it. One with a backslash before it is content;
    /// the lenient reading takes it for the end all the same, since a value may end in a backslash.
    /// </summary>
    private static bool TryRequest(ReadOnlySpan<byte> body, int lastGap, bool isLenient, ref AccessText access)
    {
        var at = 1;
        while (at < lastGap)
        {
            var quote = body[at..].IndexOf("\" "u8);
            if (quote < 0)
            {
                return false;
            }

            at += quote;
            if ((isLenient || body[at - 1] != Backslash || at == 1)
                && TryNumbers(body[(at + 2)..], ref access, out var length)
                && TryValues(body[(at + 2 + length)..], ref access))
            {
                access.Request = body[1..at];
                return true;
            }

            at++;
        }

        return false;
    }

    /// <summary>STATUS, a blank, BYTES, a blank and a quote.</summary>
    private static bool TryNumbers(ReadOnlySpan<byte> text, ref AccessText access, out int length)
    {
        length = 0;
        var status = NumberLength(text);
        if (status == 0 || status >= text.Length || text[status] != ' ')
        {
            return false;
        }

        var behind = text[(status + 1)..];
        var bytes = NumberLength(behind);
        if (bytes == 0 || !behind[bytes..].StartsWith(" \""u8))
        {
            return false;
        }

        access.Status = text[..status];
        access.Bytes = behind[..bytes];
        length = status + 1 + bytes + 2;
        return true;
    }

    /// <summary>Digits, twenty at most, or a dash; 0 for neither.</summary>
    private static int NumberLength(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text[0] == '-')
        {
            return 1;
        }

        var length = 0;
        while (length < text.Length && length < 20 && (uint)(text[length] - '0') <= 9)
        {
            length++;
        }

        return length;
    }

    /// <summary>REFERER, a quote, a blank, a quote, AGENT and the last quote.</summary>
    private static bool TryValues(ReadOnlySpan<byte> text, ref AccessText access)
    {
        var first = -1;
        var at = 0;
        while (at < text.Length)
        {
            var gap = text[at..].IndexOf("\" \""u8);
            if (gap < 0 || at + gap + 3 > text.Length - 1)
            {
                break;
            }

            at += gap;
            first = first < 0 ? at : first;
            if (at == 0 || text[at - 1] != Backslash)
            {
                first = at;
                break;
            }

            at++;
        }

        if (first < 0)
        {
            return false;
        }

        access.Referer = text[..first];
        access.UserAgent = text[(first + 3)..^1];
        return true;
    }
}
