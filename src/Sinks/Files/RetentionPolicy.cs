namespace ActorLog.Sinks.Files;

/// <summary>Decides which sealed segments of one file are deleted. Pure.</summary>
public static class RetentionPolicy
{
    /// <summary>
    /// The segments to delete, oldest first. Which is older is decided by the segments' numbers, not by their times: the
    /// clock may have gone back in between. Without limits nothing is deleted.
    /// </summary>
    /// <param name="settings">The limits.</param>
    /// <param name="segments">All sealed segments of one file, in any order.</param>
    /// <param name="now">The time by which ages are counted.</param>
    public static IReadOnlyList<SealedSegment> ToDelete(
        RetentionSettings settings, IEnumerable<SealedSegment> segments, DateTimeOffset now)
    {
        var newestFirst = segments.OrderByDescending(segment => segment.Name.Number)
            .ThenByDescending(segment => segment.Name.SealedAt);
        var delete = new List<SealedSegment>();
        var kept = 0;
        var keptBytes = 0L;
        var full = false;
        foreach (var segment in newestFirst)
        {
            // Once a limit is reached all that is older goes too: no holes in the history.
            full = full || kept >= settings.SegmentsMax || keptBytes + segment.Bytes > settings.TotalBytesMax;
            if (full || now - segment.Name.SealedAt > settings.AgeMax)
            {
                delete.Add(segment);
                continue;
            }

            kept++;
            keptBytes += segment.Bytes;
        }

        delete.Reverse();
        return delete;
    }
}
