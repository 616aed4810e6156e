namespace ActorLog.Protocol.Syslog;

/// <summary>The three letters of each month, as in RFC 3164, section 4.1.2.</summary>
internal static class MonthNames
{
    private static ReadOnlySpan<byte> All => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    /// <summary>The name of a month, 1 to 12.</summary>
    public static ReadOnlySpan<byte> Name(int month) => All.Slice((month - 1) * 3, 3);

    /// <summary>The month that the text begins with, 1 to 12; 0 for none.</summary>
    public static int Number(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
        {
            return 0;
        }

        var at = All.IndexOf(text[..3]);
        return at >= 0 && at % 3 == 0 ? (at / 3) + 1 : 0;
    }
}
