namespace ActorLog.Node.Sharding;

/// <summary>
/// The stop message of hand-off and shutdown: take no more, checkpoint what is written, stop. A PoisonPill would overtake
/// persists that are under way.
/// </summary>
internal sealed record StopPartition
{
    /// <summary>The one value.</summary>
    public static readonly StopPartition Instance = new();
}
