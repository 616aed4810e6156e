namespace ActorLog.Protocol.Framing;

/// <summary>
/// What senders put behind a record, and what no record consists of: NUL, LF and CR. Plain loops, since mostly one byte decides,
/// and the base library's searches for several bytes are compiled only when they are called.
/// </summary>
public static class FrameEnd
{
    /// <summary>Whether there is nothing else in a frame.</summary>
    public static bool IsAllOf(ReadOnlySpan<byte> frame) => Trim(frame).IsEmpty;

    /// <summary>The frame without it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> frame)
    {
        var length = frame.Length;
        while (length > 0 && frame[length - 1] is 0 or (byte)'\n' or (byte)'\r')
        {
            length--;
        }

        return frame[..length];
    }
}
