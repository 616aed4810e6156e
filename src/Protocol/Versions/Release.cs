namespace ActorLog.Protocol.Versions;

/// <summary>
/// What this release speaks, writes and reads: the one place where versions are raised (docs/decisions/0025). A release writes
/// only what the one before it reads already, so that neighbours work side by side, and the newer one can be taken back.
/// </summary>
public static class Release
{
    /// <summary>
    /// The format of what it stores, and of what members of a cluster send each other: blocks, events, snapshots, tables and
    /// messages, counted together.
    /// </summary>
    public const int Written = 1;

    /// <summary>The formats that it reads: the one before, its own, and the next once it is known.</summary>
    public static VersionRange Read { get; } = new(1, 1);

    /// <summary>The versions of the delivery protocol that its gateway speaks: 1 is without Skip and BlockRefused, 2 without Owner.</summary>
    public static VersionRange Gateway { get; } = new(1, 3);

    /// <summary>Those that its edge speaks: what its spool has lost can only be said by Skip.</summary>
    public static VersionRange Edge { get; } = new(2, 3);

    /// <summary>Why an edge and an aggregator do not understand each other, with the remedy; null: they do.</summary>
    public static string? FindDifference(VersionRange edge, VersionRange aggregator) =>
        edge.HighestCommon(aggregator) is not null
            ? null
            : $"the edge speaks protocol {edge} and the aggregator {aggregator}: upgrade the {(edge.Newest < aggregator.Oldest ? "edge" : "aggregator")}";
}
