namespace ActorLog.Sinks.Files;

/// <summary>What <see cref="LocalFiles"/> tells its owner, on the writer's thread: the owner passes it on and returns.</summary>
/// <param name="Sealed">A segment was sealed: it may now be compressed and counted by retention.</param>
/// <param name="Interfered">Someone else moved, cut, deleted or extended the file at a path; it was opened anew.</param>
public sealed record LocalFilesEvents(Action<SealedSegment> Sealed, Action<string, Interference> Interfered);
