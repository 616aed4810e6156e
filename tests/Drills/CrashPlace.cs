namespace ActorLog.Drills;

/// <summary>A place of <see cref="Sinks.Storage.CrashPoint"/>, and what makes a run come by it.</summary>
/// <param name="Name">Its name; the part before the dot says in which role.</param>
/// <param name="PassesMax">A run ends at the n-th pass, drawn from 1 to this.</param>
internal sealed record CrashPlace(string Name, int PassesMax)
{
    /// <summary>Every place, in the order of the flow.</summary>
    public static IReadOnlyList<CrashPlace> All { get; } =
    [
        new("edge.received", 40),
        new("edge.journal-before-commit", 40),
        new("edge.journal-after-commit", 40),
        new("edge.sent-before-ack", 40),
        new("edge.ack-before-mark", 20),
        new("edge.compact-mid", 1) { OfAggregator = "aggregator.settle-after = 0s" },
        new("agg.received", 40),
        new("agg.journal-before-commit", 40),
        new("agg.after-commit-before-ack", 40),
        new("agg.before-write", 40),
        new("agg.after-write-before-fsync", 8),
        new("agg.after-fsync-before-checkpoint", 4),
        new("agg.after-checkpoint-before-snapshot", 4),
        // A snapshot is worth its price only after hundreds of events: a slow sender makes small ones.
        new("agg.after-snapshot-before-delete", 1) { Rate = 700 },
        new("agg.rotate-before-rename", 3),
        new("agg.rotate-after-rename", 3),
        new("agg.rotate-after-close", 3),
        new("agg.rotate-before-new-open", 3),
        new("agg.compress-mid", 2) { OfAggregator = "aggregator.settle-after = 0s" },
        new("agg.compress-before-rename", 2) { OfAggregator = "aggregator.settle-after = 0s" },
        new("agg.compress-before-delete", 2) { OfAggregator = "aggregator.settle-after = 0s" },
        // Reached by a stop alone.
        new("agg.handoff-mid", 1) { NeedsStop = true },
    ];

    /// <summary>Whether it lies in the edge.</summary>
    public bool IsEdge => Name.StartsWith("edge.", StringComparison.Ordinal);

    /// <summary>Further settings of the aggregator.</summary>
    public string OfAggregator { get; init; } = "aggregator.settle-after = 30s";

    /// <summary>Messages per second and connection.</summary>
    public int Rate { get; init; } = 5_000;

    /// <summary>Whether a run comes by it only when it is told to stop.</summary>
    public bool NeedsStop { get; init; }
}
