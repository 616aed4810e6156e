using System.Net;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Settings;

/// <summary>The aggregator's part.</summary>
/// <param name="Listen">Where edges connect over TLS; null: only the edge in this process.</param>
/// <param name="JournalPath">The SQLite journal, absolute; where the journal is on PostgreSQL, the ledger's own file.</param>
/// <param name="Files">Where the lines of all hosts go.</param>
/// <param name="CheckpointBytes">Uncheckpointed bytes (as stored) of a partition at which it checkpoints.</param>
/// <param name="CheckpointEvery">A partition with anything uncheckpointed does so after this, or later where many files have changed.</param>
/// <param name="UncheckpointedBytesMax">At this many a partition answers "later", so that a full volume cannot grow the journal.</param>
/// <param name="SettleAfter">How long a checkpoint must be old before an edge's spool may forget what it covers.</param>
/// <param name="InFlightBytesMax">Bytes of all connections together that wait for the journal.</param>
/// <param name="ConnectionsMax">Edges at once.</param>
public sealed record AggregatorSettings(
    IPEndPoint? Listen,
    string JournalPath,
    FileSinkSettings Files,
    long CheckpointBytes,
    TimeSpan CheckpointEvery,
    long UncheckpointedBytesMax,
    TimeSpan SettleAfter,
    long InFlightBytesMax,
    int ConnectionsMax)
{
    /// <summary>Files that are not sealed yet, at once: lines for further ones share one. Null: what descriptors and memory bear.</summary>
    public int? LiveFilesMax { get; init; }

    /// <summary>The journal's database; null: the SQLite file.</summary>
    public PostgresSettings? Postgres { get; init; }

    /// <summary>Where the journal is, as shown.</summary>
    public string Journal => Postgres?.Place ?? JournalPath;

    /// <summary>The cluster of which this aggregator is a member; null: a cluster of one, which opens no port.</summary>
    public MembershipSettings? Cluster { get; init; }
}
