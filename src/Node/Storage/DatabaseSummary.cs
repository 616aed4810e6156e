namespace ActorLog.Node.Storage;

/// <summary>What a sound database holds, for fsck: sums, gaps, fence.</summary>
internal static class DatabaseSummary
{
    /// <summary>The lines; what is wrong goes to <paramref name="fault"/>.</summary>
    public static IEnumerable<string> Of(string path, DatabaseKind kind, Action<string> fault)
    {
        using var connection = DatabaseCheck.OpenToRead(path);
        foreach (var line in DatabaseCheck.Column(connection, "PRAGMA integrity_check(20)").Where(static line => line != "ok"))
        {
            fault(line);
        }

        if (!SqliteFile.IsFenced(connection))
        {
            fault("the unique index or the fence trigger is missing");
        }

        // An aggregator's delete leaves its highest row, marked, so that only what is not marked is gapless.
        foreach (var gap in DatabaseCheck.Column(connection, """
            SELECT persistence_id || ': numbers ' || (before + 1) || ' to ' || (sequence_number - 1) || ' are missing' FROM (
                SELECT persistence_id, sequence_number,
                    LAG(sequence_number) OVER (PARTITION BY persistence_id ORDER BY sequence_number) AS before
                FROM journal WHERE deleted = 0)
            WHERE sequence_number > before + 1
            """))
        {
            fault(gap);
        }

        return DatabaseCheck.Column(connection, kind == DatabaseKind.Journal
            ? "SELECT persistence_id || ': events ' || MIN(sequence_number) || ' to ' || MAX(sequence_number) || ', ' || SUM(LENGTH(message)) || ' bytes'"
                + " FROM journal GROUP BY persistence_id ORDER BY persistence_id"
            : "SELECT persistence_id || ': blocks ' || MIN(sequence_number) || ' to ' || MAX(sequence_number) || ', ' || SUM(LENGTH(message)) || ' bytes'"
                + " FROM journal GROUP BY persistence_id ORDER BY MIN(ordering)");
    }
}
