using System.Diagnostics;
using System.Diagnostics.Metrics;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Every instrument of the node, once. All are observable: the books are kept in <see cref="Ledger"/> whoever looks, and
/// read when somebody does. docs/operations.md has the table of what each means and what to do about it.
/// </summary>
internal sealed class Metrics : IDisposable
{
    private readonly Meter _meter = new("ActorLog");
    private readonly Ledger _ledger;
    private readonly TimeProvider _time;

    /// <summary>Makes the instruments of a node of these roles.</summary>
    public Metrics(Ledger ledger, NodeRoles roles, TimeProvider time)
    {
        _ledger = ledger;
        _time = time;
        if (roles.HasFlag(NodeRoles.Edge))
        {
            AddListening();
            AddRouting();
            AddSpool();
            Level("actorlog_forwarder_connected", "1 while an aggregator takes what this edge sends.", LedgerLevel.ForwarderConnected);
        }

        if (roles.HasFlag(NodeRoles.Aggregator))
        {
            AddAggregator();
        }

        Counter("actorlog_rejected_files", "Blocks and events set aside raw, since they cannot be read or are not taken.", LedgerAccount.Rejected);
        Counter("actorlog_rejected_files_not_kept", "Such that were not kept: the folder's limit, or the disk.", LedgerAccount.RejectedNotKept);
        Level("actorlog_disks_refusing", "Parts of this node whose disk refuses to be written.", LedgerLevel.DisksRefusing);
        AddBalance(roles);
        AddProcess();
    }

    /// <summary>The meter of the instruments; each node has one of its own.</summary>
    public Meter Meter => _meter;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void AddListening()
    {
        _meter.CreateObservableCounter(
            "actorlog_received_records", Received, description: "Records taken from sockets, by source.");
        _meter.CreateObservableCounter(
            "actorlog_dropped_records", Dropped, description: "Records not kept, by reason; kernel counts datagrams that never arrived.");
        Counter("actorlog_empty_frames", "Frames without content, which make no record.", LedgerAccount.EmptyFrames);
        Counter("actorlog_truncated_records", "Records cut at record-bytes-max.", LedgerAccount.Truncated);
        Counter("actorlog_unparsed_records", "Records without a legal header, kept whole.", LedgerAccount.Unparsed);
        Counter("actorlog_framing_errors", "Streams or datagrams whose framing was broken.", LedgerAccount.FramingErrors);
        Counter("actorlog_connections_accepted", "Stream connections accepted.", LedgerAccount.ConnectionsAccepted);
        Counter("actorlog_connections_refused", "Stream connections refused at connections-max.", LedgerAccount.ConnectionsRefused);
        Counter("actorlog_handshakes_failed", "Stream connections that came to no session of TLS.", LedgerAccount.HandshakesFailed);
        _meter.CreateObservableGauge(
            "actorlog_connections",
            () => _ledger[LedgerAccount.ConnectionsAccepted] - _ledger[LedgerAccount.ConnectionsClosed],
            description: "Stream connections open.");
    }

    private void AddRouting()
    {
        Counter("actorlog_unrouted_records", "Records that no route takes.", LedgerAccount.Unrouted);
        Counter("actorlog_written_locally_records", "Records written to local file sinks.", LedgerAccount.WrittenLocally);
        Counter("actorlog_routed_to_spool_records", "Records that routes lead to the spool.", LedgerAccount.RoutedToSpool);
    }

    private void AddSpool()
    {
        Counter("actorlog_spooled_records", "Records persisted in the spool.", LedgerAccount.Spooled);
        Counter("actorlog_spool_opening_records", "Records found in the spool at the start.", LedgerAccount.SpoolOpening);
        Counter("actorlog_own_records", "Gap records: the node's own, which say what was dropped.", LedgerAccount.OwnRecords);
        _meter.CreateObservableGauge(
            "actorlog_unsaid_records", () => _ledger.Gaps.UnsaidRecords, description: "Records dropped that no gap record says yet.");
        Counter("actorlog_stored_records", "Records acknowledged as stored in an aggregator's journal.", LedgerAccount.Stored);
        Counter("actorlog_settled_records", "Records deleted from the spool, because settled.", LedgerAccount.Settled);
        Level("actorlog_spool_bytes", "Bytes of blocks in the spool.", LedgerLevel.SpoolBytes);
        Level("actorlog_spool_bytes_max", "The spool's limit in bytes.", LedgerLevel.SpoolBytesMax);
        _meter.CreateObservableGauge(
            "actorlog_unstored_records", () => Balance.Of(_ledger).Unstored, description: "Records spooled and not yet stored.");
        _meter.CreateObservableGauge(
            "actorlog_unsettled_records", () => Balance.Of(_ledger).Unsettled, description: "Records that the spool holds.");
    }

    private void AddAggregator()
    {
        Counter("actorlog_journaled_records", "Records persisted in the journal.", LedgerAccount.Journaled);
        Counter("actorlog_repeated_records", "Records sent again that the journal had: acknowledged, and not stored twice.", LedgerAccount.Repeated);
        Counter("actorlog_replayed_records", "Records of the journal written to files again by a recovery.", LedgerAccount.Replayed);
        Counter("actorlog_unreadable_records", "Records of the journal that could not be written to files.", LedgerAccount.Unreadable);
        Counter("actorlog_projected_lines", "Lines written to files.", LedgerAccount.Projected);
        Counter("actorlog_overflow_lines", "Lines in a partition's overflow: there was no room for a file of their own.", LedgerAccount.Overflow);
        Counter("actorlog_undelivered_parts", "Parts that came to no partition: each is asked after and sent again.", LedgerAccount.PartsUndelivered);
        Level("actorlog_live_files", "Files that are not sealed.", LedgerLevel.LiveFiles);
        Level("actorlog_edge_twins", "Names that two edges go by at once: cloned machines.", LedgerLevel.EdgeTwins);
        Level("actorlog_gateway_connections", "Edges connected.", LedgerLevel.GatewayConnections);
        Counter(
            "actorlog_gateway_refused", "Connections that did not become an edge's: no session of TLS, or beyond connections-max.",
            LedgerAccount.EdgesRefused);
        Level("actorlog_partitions_owned", "Partitions on this node.", LedgerLevel.PartitionsOwned);
        _meter.CreateObservableGauge("actorlog_cluster_members", Members, description: "Members of the cluster as this node sees it, by status.");
    }

    private void AddBalance(NodeRoles roles)
    {
        _meter.CreateObservableGauge(
            "actorlog_ledger_imbalance", () => Imbalance(roles), description: "Records that came out and never went in; not 0 is a fault of the program.");
        if (roles.HasFlag(NodeRoles.Edge))
        {
            _meter.CreateObservableGauge(
                "actorlog_in_hand_records", InHand, description: "Records in memory between two steps; 0 at rest.");
        }
    }

    private void AddProcess()
    {
        Counter("actorlog_databases_salvaged", "Databases that were damaged and salvaged since the start.", LedgerAccount.DatabasesSalvaged);
        Counter("actorlog_salvage_lost_records", "Records known to be missing from what was salvaged.", LedgerAccount.SalvageLost);
        _meter.CreateObservableGauge(
            "process_resident_memory_bytes", static () => Environment.WorkingSet, description: "Resident memory.");
        _meter.CreateObservableCounter(
            "process_cpu_seconds", static () => Environment.CpuUsage.TotalTime.TotalSeconds, description: "CPU time.");
        _meter.CreateObservableGauge(
            "process_start_time_seconds", StartTime, description: "When the process began, seconds since 1970.");
        _meter.CreateObservableGauge("dotnet_gc_heap_bytes", static () => GC.GetTotalMemory(false), description: "Managed heap.");
        _meter.CreateObservableGauge(
            "dotnet_gc_heap_limit_bytes",
            static () => ProcessMemory.Bytes,
            description: "What the managed heap may grow to: its limit, a share of the container's memory, or the machine's memory.");
        _meter.CreateObservableCounter("dotnet_gc_collections", Collections, description: "Collections by generation.");
        _meter.CreateObservableCounter(
            "dotnet_gc_pause_seconds", static () => GC.GetTotalPauseDuration().TotalSeconds, description: "Time paused by collections.");
        if (_ledger[LedgerLevel.CertificateEnds] != 0)
        {
            _meter.CreateObservableGauge(
                "actorlog_tls_certificate_expiry_seconds",
                () => _ledger[LedgerLevel.CertificateEnds] - _time.GetUtcNow().ToUnixTimeSeconds(),
                description: "Until this node's certificate ends, or a source's, whichever is first.");
        }
    }

    private void Counter(string name, string help, LedgerAccount account) =>
        _meter.CreateObservableCounter(name, () => _ledger[account], description: help);

    private void Level(string name, string help, LedgerLevel level) =>
        _meter.CreateObservableGauge(name, () => _ledger[level], description: help);

    private IEnumerable<Measurement<long>> Received() =>
        _ledger.ReceivedBySource.Select(static s => new Measurement<long>(s.Records, Tag("source", s.Source)));

    private IEnumerable<Measurement<long>> Dropped() =>
        Enum.GetValues<DropReason>().Select(reason => new Measurement<long>(_ledger[reason], Tag("reason", reason.Name())));

    private IEnumerable<Measurement<long>> Members()
    {
        yield return new(_ledger[LedgerLevel.MembersUp], Tag("status", "up"));
        yield return new(_ledger[LedgerLevel.MembersJoining], Tag("status", "joining"));
        yield return new(_ledger[LedgerLevel.MembersLeaving], Tag("status", "leaving"));
        yield return new(_ledger[LedgerLevel.MembersUnreachable], Tag("status", "unreachable"));
    }

    private IEnumerable<Measurement<long>> Imbalance(NodeRoles roles)
    {
        var balance = Balance.Of(_ledger);
        if (roles.HasFlag(NodeRoles.Edge))
        {
            yield return new(balance.EdgeImbalance, Tag("role", "edge"));
        }

        if (roles.HasFlag(NodeRoles.Aggregator))
        {
            yield return new(balance.AggregatorImbalance, Tag("role", "aggregator"));
        }
    }

    private IEnumerable<Measurement<long>> InHand()
    {
        var balance = Balance.Of(_ledger);
        yield return new(balance.Queue, Tag("before", "routes"));
        yield return new(balance.Local, Tag("before", "local"));
        yield return new(balance.Spooling, Tag("before", "spool"));
    }

    private static IEnumerable<Measurement<long>> Collections() =>
        Enumerable.Range(0, GC.MaxGeneration + 1).Select(
            static generation => new Measurement<long>(GC.CollectionCount(generation), Tag("generation", generation)));

    private static double StartTime()
    {
        using var self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
