namespace ActorLog.Protocol.Framing;

/// <summary>Broken octet counting (RFC 6587, section 3.4.1). It is final: where the next frame begins is not known.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Offset">The first offending byte, counted from the beginning of the stream.</param>
public readonly record struct FrameError(FrameErrorKind Kind, long Offset);

/// <summary>What can be wrong with an octet count.</summary>
public enum FrameErrorKind
{
    /// <summary>No error.</summary>
    None,
    /// <summary>A frame does not begin with a digit from 1 to 9.</summary>
    CountMissing,
    /// <summary>A count has more than <see cref="OctetCount.DigitsMax"/> digits.</summary>
    CountTooLong,
    /// <summary>Digits are followed by something other than a blank.</summary>
    CountUnended,
    /// <summary>The stream ended in a count, or right behind it.</summary>
    EndInCount,
}
