using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>What <see cref="RouteTable.Route"/> made of a batch; whoever gets it owns each batch in it.</summary>
/// <param name="BySink">
/// For each sink, in the order of the table's names, its batches in the order of the records. Mostly none or one; more
/// when the chosen records do not fit into one batch's host table or span of time.
/// </param>
/// <param name="Unrouted">Records that no route took.</param>
public sealed record RoutedBatches(IReadOnlyList<IReadOnlyList<RecordBatch>> BySink, int Unrouted);
