namespace ActorLog.Node.Hosting;

/// <summary>What the ledger sums up, in records where nothing else is said.</summary>
public enum LedgerAccount
{
    /// <summary>Taken from a socket as a frame that is not empty.</summary>
    Received,
    /// <summary>Parsed, and come to the routes.</summary>
    Parsed,
    /// <summary>Matched by no route, as the configuration wants it.</summary>
    Unrouted,
    /// <summary>Taken by routes to local file sinks (a record once for each sink).</summary>
    RoutedLocally,
    /// <summary>Written to a local file sink (one record may go to several).</summary>
    WrittenLocally,
    /// <summary>Taken by the route to the aggregators (each record once).</summary>
    RoutedToSpool,
    /// <summary>The node's own records in the spool, which say what was dropped; never received.</summary>
    OwnRecords,
    /// <summary>Persisted in the spool since the start, the node's own among them.</summary>
    Spooled,
    /// <summary>Found in the spool at the start, left by earlier runs.</summary>
    SpoolOpening,
    /// <summary>Acknowledged by an aggregator as stored, each once; a resend counts no second time.</summary>
    Stored,
    /// <summary>Deleted from the spool because settled.</summary>
    Settled,
    /// <summary>Aggregator: records of new parts persisted in the journal.</summary>
    Journaled,
    /// <summary>Aggregator: records of parts that had been stored before (a resend).</summary>
    Repeated,
    /// <summary>Aggregator: records of the journal handed to the files again by a recovery.</summary>
    Replayed,
    /// <summary>Aggregator: lines written to files (a recovery writes some again after cutting them).</summary>
    Projected,
    /// <summary>Aggregator: lines for which there was no room for a file of their own: they went to the partition's overflow.</summary>
    Overflow,
    /// <summary>Aggregator: records of the journal that are in no file, since their block cannot be read or written as lines.</summary>
    Unreadable,
    /// <summary>Aggregator: parts that came to no partition; each is asked after and sent again.</summary>
    PartsUndelivered,
    /// <summary>Blocks and events that were set aside raw, in a file each.</summary>
    Rejected,
    /// <summary>Such that were not kept: their folder was at its limit, or the disk refused.</summary>
    RejectedNotKept,
    /// <summary>Frames without content, which make no record.</summary>
    EmptyFrames,
    /// <summary>Records cut at the limit.</summary>
    Truncated,
    /// <summary>Records without a legal header, kept whole.</summary>
    Unparsed,
    /// <summary>Frames whose framing was broken, by connection or datagram.</summary>
    FramingErrors,
    /// <summary>Stream connections accepted.</summary>
    ConnectionsAccepted,
    /// <summary>Stream connections refused at the limit.</summary>
    ConnectionsRefused,
    /// <summary>Stream connections that came to no session of TLS: plain text, no certificate, too slow.</summary>
    HandshakesFailed,
    /// <summary>Aggregator: connections that did not become an edge's: no session of TLS, or beyond the limit.</summary>
    EdgesRefused,
    /// <summary>Stream connections closed now.</summary>
    ConnectionsClosed,
    /// <summary>Databases salvaged at this start.</summary>
    DatabasesSalvaged,
    /// <summary>Records known to be missing from what was salvaged: a spool's for good, a journal's come again from the edges.</summary>
    SalvageLost,
}
