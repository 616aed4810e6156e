using System.Net;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Delivery;

/// <summary>What travels between aggregators. <see cref="ClusterCodec"/> has the bytes.</summary>
public abstract record ClusterMessage;

/// <summary>What travels between a partition and a gateway or another node's files.</summary>
/// <param name="Partition">The partition spoken to, or answering.</param>
public abstract record PartitionMessage(int Partition) : ClusterMessage;

/// <summary>Gateway to partition: persist this, then answer.</summary>
/// <param name="Partition">The partition, equal to the slot in the block's header.</param>
/// <param name="Origin">Whose it is.</param>
/// <param name="N">Its number.</param>
/// <param name="Prev">The number that the same stream sent to this partition before; null for none.</param>
/// <param name="Edge">The edge that delivered it.</param>
/// <param name="Block">The block.</param>
public sealed record TakePart(
    int Partition, string Origin, long N, long? Prev, string Edge, ReadOnlyMemory<byte> Block)
    : PartitionMessage(Partition)
{
    /// <summary>
    /// The block's records, inflated by the gateway; the partition's to release. Does not travel between nodes: null
    /// there, and where many wait.
    /// </summary>
    public RecordBatch? Records { get; init; }

    /// <summary>The history of the journal that the stream was opened under; null: unknown, from a node that does not say it.</summary>
    public string? Timeline { get; init; }
}

/// <summary>Partition to gateway: what came of a part.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Origin">Whose it is.</param>
/// <param name="N">Its number.</param>
/// <param name="Kind">What came of it.</param>
/// <param name="Watermark">
/// With <see cref="PartAnswerKind.ResendAfter"/>: the watermark. With <see cref="PartAnswerKind.Stored"/>, where it was asked for: the
/// durable one, up to which all parts are stored; else 0.
/// </param>
/// <param name="Reason">For an operator; may be empty.</param>
public sealed record PartAnswer(
    int Partition, string Origin, long N, PartAnswerKind Kind, long Watermark, string Reason)
    : PartitionMessage(Partition)
{
    /// <summary>With <see cref="PartAnswerKind.Stored"/>: where the node that stored it lets edges in; null: nowhere that it would say.</summary>
    public DnsEndPoint? Gateway { get; init; }

    /// <summary>With <see cref="PartAnswerKind.Later"/>: the history that the partition knows, where it is not the stream's; else null.</summary>
    public string? Timeline { get; init; }
}

/// <summary>What came of a part.</summary>
public enum PartAnswerKind
{
    /// <summary>It is durable.</summary>
    Stored = 1,
    /// <summary>One before it is missing: rewind the stream.</summary>
    ResendAfter = 2,
    /// <summary>Not taken for now: rewind the stream with a delay.</summary>
    Later = 3,
    /// <summary>The block cannot be read: it would stand behind every ack for ever. The stream ends.</summary>
    Refused = 4,
}

/// <summary>
/// Gateway to partition, behind a part that was not answered in time: have you got it? It may be lost with its owner, or its
/// answer may. Answered as the part would be, but that what is lacking is not taken: <see cref="PartAnswerKind.ResendAfter"/>.
/// </summary>
/// <param name="Partition">The partition.</param>
/// <param name="Origin">Which origin.</param>
/// <param name="N">The part's number.</param>
public sealed record AskStored(int Partition, string Origin, long N) : PartitionMessage(Partition)
{
    /// <summary>As in <see cref="AskSettled"/>.</summary>
    public string? Timeline { get; init; }
}

/// <summary>Gateway to partition: what of this origin is settled?</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Origin">Which origin.</param>
/// <param name="Mark"><see cref="StreamWindow.Stored"/> at this moment; comes back in the answer.</param>
public sealed record AskSettled(int Partition, string Origin, long Mark) : PartitionMessage(Partition)
{
    /// <summary>The history of the journal that the stream was opened under; null: unknown, from a node that does not say it.</summary>
    public string? Timeline { get; init; }
}

/// <summary>Partition to gateway; see <see cref="StreamWindow.OnSettled"/>.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Origin">Which origin.</param>
/// <param name="Mark">The question's.</param>
/// <param name="Settled">Up to where; null: all that it holds.</param>
public sealed record SettledAnswer(int Partition, string Origin, long Mark, long? Settled) : PartitionMessage(Partition);

/// <summary>Gateway to partition: the edge said farewell to this origin.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Origin">Which origin.</param>
public sealed record EndOrigin(int Partition, string Origin) : PartitionMessage(Partition);

/// <summary>To a partition with live journal rows: start, and write what you owe your files.</summary>
/// <param name="Partition">The partition.</param>
public sealed record WakePartition(int Partition) : PartitionMessage(Partition);

/// <summary>Node to node: this data root is with me.</summary>
/// <param name="RootId">The root's random id.</param>
/// <param name="Life">Drawn at each start of the node: what was sent to an earlier one is not carried out by a later.</param>
/// <param name="Node">The node's name.</param>
public sealed record RootHere(string RootId, string Life, string Node) : ClusterMessage;

/// <summary>
/// Partition to the node that holds files of an earlier owner: cut them to what is committed, and complete their renames.
/// The journal shows a higher epoch than theirs, so that none of their commits can still succeed.
/// </summary>
/// <param name="Partition">The partition.</param>
/// <param name="RootId">The data root.</param>
/// <param name="Life">As in <see cref="RootHere"/>.</param>
/// <param name="Epoch">The asking owner's; a node that knows of a higher one does nothing.</param>
/// <param name="Files">The files, as the journal has them.</param>
public sealed record TrimFiles(int Partition, string RootId, string Life, long Epoch, IReadOnlyList<FileEntry> Files)
    : PartitionMessage(Partition);

/// <summary>The answer: the files stand as the journal says.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="RootId">The data root.</param>
/// <param name="Epoch">The question's.</param>
/// <param name="FileNumbers">Which files.</param>
public sealed record FilesTrimmed(int Partition, string RootId, long Epoch, IReadOnlyList<long> FileNumbers)
    : PartitionMessage(Partition);
