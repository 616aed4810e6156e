using ActorLog.Sinks.Files;

namespace ActorLog.Node.Reading;

/// <summary>A stretch of a host's lines, in one file.</summary>
/// <param name="Root">Which of the listings it is of.</param>
/// <param name="Place">Which file of that listing.</param>
/// <param name="File">The file.</param>
/// <param name="Number">Orders the segments of a log, whichever roots they lie in.</param>
/// <param name="Committed">Bytes of lines that are committed; null: all, since it is sealed.</param>
/// <param name="WrittenByTicks">When all of it had been written, UTC ticks.</param>
internal sealed record HostSegment(int Root, int Place, HostFile File, long Number, long? Committed, long WrittenByTicks);
