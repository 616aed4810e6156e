namespace ActorLog.Sinks.Files;

/// <summary>A sealed segment as it lies on disk.</summary>
/// <param name="Path">Its path below the root.</param>
/// <param name="Name">What its name says.</param>
/// <param name="Bytes">Bytes on disk.</param>
public sealed record SealedSegment(string Path, SegmentName Name, long Bytes);
