using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Storage;

/// <summary>
/// A snapshot that the database takes only while its history is the one that the state was read from; read back it is the
/// snapshot alone.
/// </summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="History">The history.</param>
internal sealed record FencedSnapshot(PartitionSnapshot Snapshot, string History);
