using Akka.Configuration;

namespace ActorLog.Node.Settings;

/// <summary>Everything that the configuration says, checked; nobody but the reader sees the HOCON.</summary>
/// <param name="Name">The node's name, under which records of local sources are filed; the machine's by default.</param>
/// <param name="DataDirectory">Absolute; spool, journal, sockets and files lie below unless they are set apart.</param>
/// <param name="Roles">What runs in this process.</param>
/// <param name="Partitions">Slices of hosts; the same on every edge and aggregator, set once (1 to 256).</param>
/// <param name="PortableSockets">Use the portable socket path even where the fast one exists.</param>
/// <param name="RejectedBytesMax">Bytes kept of blocks and events that cannot be read, edge and aggregator each.</param>
/// <param name="Sources">The edge's listeners.</param>
/// <param name="Sinks">Where routes may lead, by name.</param>
/// <param name="Routes">Which records go where.</param>
/// <param name="Batching">When a batch closes, and what bounds the flow in memory.</param>
/// <param name="Spool">The edge's durable queue.</param>
/// <param name="Forward">The edge's way to the aggregators.</param>
/// <param name="Aggregator">The aggregator's part.</param>
/// <param name="Tls">Certificates, shared by edge and aggregator; null without.</param>
/// <param name="Http">The control plane; null when it is off.</param>
/// <param name="Akka">The akka { } part as it is written, without the library's defaults.</param>
public sealed record NodeSettings(
    string Name,
    string DataDirectory,
    NodeRoles Roles,
    int Partitions,
    bool PortableSockets,
    long RejectedBytesMax,
    IReadOnlyList<SourceSettings> Sources,
    IReadOnlyList<SinkSettings> Sinks,
    IReadOnlyList<RouteSettings> Routes,
    BatchingSettings Batching,
    SpoolSettings Spool,
    ForwardSettings Forward,
    AggregatorSettings Aggregator,
    TlsSettings? Tls,
    HttpSettings? Http,
    Config Akka);

/// <summary>What runs in a process.</summary>
[Flags]
public enum NodeRoles
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Listeners, spool, forwarder.</summary>
    Edge = 1,
    /// <summary>Gateway, partitions, files.</summary>
    Aggregator = 2,
}
