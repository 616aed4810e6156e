namespace ActorLog.Protocol.Framing;

/// <summary>One step of a <see cref="FrameReader"/>. Offsets count from the first byte of the span that was read.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Start">Where the frame begins.</param>
/// <param name="Length">The frame's bytes.</param>
/// <param name="Truncated">The frame was cut: at the record limit, or because the stream ended inside it.</param>
/// <param name="Consumed">Bytes done with; the next span begins behind them.</param>
/// <param name="Error">The fault, when <paramref name="Kind"/> says so.</param>
public readonly record struct FrameRead(
    FrameReadKind Kind, int Start, int Length, bool Truncated, int Consumed, FrameError Error);

/// <summary>What a step of a <see cref="FrameReader"/> found.</summary>
public enum FrameReadKind
{
    /// <summary>No whole frame; bytes may have been consumed all the same.</summary>
    NeedMore,
    /// <summary>A frame with content.</summary>
    Frame,
    /// <summary>A frame of nothing but NUL, CR and LF, which makes no record.</summary>
    Empty,
    /// <summary>The framing is broken; nothing more will be read from this stream.</summary>
    Error,
}
