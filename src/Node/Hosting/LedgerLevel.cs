namespace ActorLog.Node.Hosting;

/// <summary>What the ledger knows of the present moment, beside its totals.</summary>
public enum LedgerLevel
{
    /// <summary>Bytes of the blocks in the spool.</summary>
    SpoolBytes,
    /// <summary>The spool's limit, in bytes.</summary>
    SpoolBytesMax,
    /// <summary>1 while a gateway takes what this edge sends, else 0.</summary>
    ForwarderConnected,
    /// <summary>Edges connected to this node's gateway.</summary>
    GatewayConnections,
    /// <summary>Names that two edges go by at once: clones.</summary>
    EdgeTwins,
    /// <summary>Parts of this node whose disk refuses to be written.</summary>
    DisksRefusing,
    /// <summary>When the first of the node's own certificates ends, in seconds since 1970 UTC; 0 without one.</summary>
    CertificateEnds,
    /// <summary>Members of the cluster that are up, this node among them.</summary>
    MembersUp,
    /// <summary>Members on their way in.</summary>
    MembersJoining,
    /// <summary>Members on their way out.</summary>
    MembersLeaving,
    /// <summary>Members that another does not hear, whatever their status.</summary>
    MembersUnreachable,
    /// <summary>Partitions on this node.</summary>
    PartitionsOwned,
    /// <summary>Files of this node's partitions that are not sealed.</summary>
    LiveFiles,
}
