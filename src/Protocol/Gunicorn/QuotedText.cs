namespace ActorLog.Protocol.Gunicorn;

/// <summary>gunicorn's quoting of a value: a quote in it is written <c>\"</c>, and a backslash as it is.</summary>
internal static class QuotedText
{
    private static ReadOnlySpan<byte> EscapedQuote => "\\\""u8;

    /// <summary>The value with its quotes restored: the text itself, or a slice of the scratch where there are any.</summary>
    /// <param name="text">The value as received.</param>
    /// <param name="scratch">As long as the text at least.</param>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> text, Span<byte> scratch)
    {
        var escaped = text.IndexOf(EscapedQuote);
        if (escaped < 0)
        {
            return text;
        }

        var written = 0;
        while (escaped >= 0)
        {
            text[..escaped].CopyTo(scratch[written..]);
            written += escaped;
            scratch[written++] = (byte)'"';
            text = text[(escaped + 2)..];
            escaped = text.IndexOf(EscapedQuote);
        }

        text.CopyTo(scratch[written..]);
        return scratch[..(written + text.Length)];
    }
}
