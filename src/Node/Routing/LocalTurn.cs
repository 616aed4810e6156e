using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>
/// A turn of a local sink. (A class, not Akka's Option: each stage over a struct of another assembly is compiled at the start.)
/// </summary>
/// <param name="OwnedBatch">What to write; null to look after the files alone.</param>
internal sealed record LocalTurn(RecordBatch? OwnedBatch)
{
    /// <summary>Nothing to write.</summary>
    public static LocalTurn Look { get; } = new(OwnedBatch: null);
}
