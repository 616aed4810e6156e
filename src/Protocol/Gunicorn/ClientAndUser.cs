namespace ActorLog.Protocol.Gunicorn;

/// <summary>
/// Where the chain of addresses ends and the user begins. Both are a client's text and nothing quotes them, so the
/// reading prefers an address right before the user.
/// </summary>
internal static class ClientAndUser
{
    /// <summary>Parts the two.</summary>
    /// <param name="head">What stands in front of the level or time.</param>
    /// <param name="separator">What stands between them: a blank, or in access records a dash between blanks.</param>
    /// <param name="isEscaped">Whether a quote is written with a backslash before it.</param>
    /// <param name="forwarded">The chain.</param>
    /// <param name="user">The user; empty for none.</param>
    /// <returns>False without any separator.</returns>
    public static bool TryPart(
        ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> separator,
        bool isEscaped,
        out ReadOnlySpan<byte> forwarded,
        out ReadOnlySpan<byte> user)
    {
        if (head.EndsWith("-"u8) && head[..^1].EndsWith(separator))
        {
            forwarded = head[..^(separator.Length + 1)];
            user = default;
            return true;
        }

        var last = head.LastIndexOf(separator);
        var cut = last;
        while (cut > 0 && !head[..cut].SequenceEqual("-"u8) && !ForwardedFor.EndsInAddress(head[..cut], isEscaped))
        {
            // Two separators may share a blank.
            cut = head[..(cut + separator.Length - 1)].LastIndexOf(separator);
        }

        cut = cut < 0 ? last : cut;
        forwarded = cut < 0 ? default : head[..cut];
        user = cut < 0 ? default : head[(cut + separator.Length)..];
        return cut >= 0;
    }
}
