using System.Globalization;
using ActorLog.Protocol.Delivery;
using Akka.Cluster.Sharding;

namespace ActorLog.Node.Sharding;

/// <summary>Each partition is an entity, alone in its shard: the slot in a block's header is its number.</summary>
internal sealed class PartitionExtractor : IMessageExtractor
{
    /// <inheritdoc/>
    public string? EntityId(object message) =>
        (message as PartitionMessage)?.Partition.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public object EntityMessage(object message) => message;

    /// <inheritdoc/>
    public string? ShardId(object message) => EntityId(message);

    /// <inheritdoc/>
    public string ShardId(string entityId, object? messageHint = null) => entityId;
}
