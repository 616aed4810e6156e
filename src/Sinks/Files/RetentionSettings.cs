namespace ActorLog.Sinks.Files;

/// <summary>Which sealed segments of one file are deleted, oldest first; what is not set does not count.</summary>
/// <param name="SegmentsMax">Keep at most this many.</param>
/// <param name="AgeMax">Keep none that was sealed longer ago.</param>
/// <param name="TotalBytesMax">Keep at most this many bytes, as they lie on disk.</param>
public sealed record RetentionSettings(int? SegmentsMax, TimeSpan? AgeMax, long? TotalBytesMax)
{
    /// <summary>Keep everything.</summary>
    public static readonly RetentionSettings None = new(null, null, null);
}
