using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Settings;

/// <summary>When a batch closes, and what bounds the flow in memory.</summary>
/// <param name="BytesMax">Close at this many raw bytes.</param>
/// <param name="Window">Datagrams and paced streams: gather for so long before a hand-over; nothing waits when idle.</param>
/// <param name="QueueBatches">Batches between listeners and graph; when full, listeners wait.</param>
/// <param name="StallMax">The longest that a listener waits before it sheds, counted: a web worker must not block.</param>
/// <param name="Compression">How blocks are compressed at the edge.</param>
public sealed record BatchingSettings(
    int BytesMax,
    TimeSpan Window,
    int QueueBatches,
    TimeSpan StallMax,
    BlockCompression Compression);
