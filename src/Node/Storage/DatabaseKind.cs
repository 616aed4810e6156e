namespace ActorLog.Node.Storage;

/// <summary>What a SQLite file is for.</summary>
internal enum DatabaseKind
{
    /// <summary>An edge's durable queue.</summary>
    Spool,
    /// <summary>An aggregator's commit log, with its snapshots; its events have an echo.</summary>
    Journal,
    /// <summary>The ledger alone, of an aggregator whose commit log is on PostgreSQL.</summary>
    Ledger,
}
