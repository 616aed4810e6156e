using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Sharding;

/// <summary>
/// The final names of files that were left behind when their partition moved. The segments of a path follow each other by
/// the numbers in their names on all nodes together: such a file is sealed late, when later ones may long have their names, so
/// it gets the number of the event that opened it, which lies between those of the segments before and behind it.
/// </summary>
internal static class SealedNames
{
    /// <summary>The name.</summary>
    /// <param name="entry">The file.</param>
    /// <param name="now">When it is sealed.</param>
    /// <param name="otherwise">The number where an older program has opened it and kept none.</param>
    public static string Of(FileEntry entry, DateTimeOffset now, long otherwise) =>
        SegmentName.PathOf(entry.Opened.Path, now, entry.OpenedAt > 0 ? entry.OpenedAt : otherwise);
}
