namespace ActorLog.Node.Listening;

/// <summary>One frame in a <see cref="FrameBatch"/>.</summary>
/// <param name="Offset">Its first byte in the batch's memory.</param>
/// <param name="Length">Its bytes, at least one; trailing NUL, CR and LF may be among them.</param>
/// <param name="Sender">Index into <see cref="FrameBatch.Senders"/>.</param>
/// <param name="Truncated">It was cut, at the record limit or because its stream broke.</param>
internal readonly record struct FrameSlice(int Offset, int Length, int Sender, bool Truncated);
