namespace ActorLog.Sinks.Files;

/// <summary>What one pass of <see cref="SegmentUpkeep"/> did, for the log.</summary>
/// <param name="Compressed">Segments compressed, with the bytes of their compressed form.</param>
/// <param name="Deleted">Segments that retention deleted.</param>
/// <param name="Failures">Segments that were left for the next pass, with the reason.</param>
public sealed record UpkeepReport(
    IReadOnlyList<SealedSegment> Compressed,
    IReadOnlyList<SealedSegment> Deleted,
    IReadOnlyList<UpkeepFailure> Failures)
{
    /// <summary>Whether there is nothing to say.</summary>
    public bool IsEmpty => Compressed.Count + Deleted.Count + Failures.Count == 0;
}

/// <summary>A segment that the disk did not let compress or delete.</summary>
/// <param name="Path">Its path below the root.</param>
/// <param name="Error">What the disk said.</param>
public sealed record UpkeepFailure(string Path, string Error);
