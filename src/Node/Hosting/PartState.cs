namespace ActorLog.Node.Hosting;

/// <summary>What a part of the node is doing.</summary>
/// <param name="Cause">Why it does not do its work; null when it does.</param>
/// <param name="Remedy">What to do about it; null when nothing need be done but wait.</param>
/// <param name="Note">What is worth knowing though it is no fault; null for nothing.</param>
internal sealed record PartState(string? Cause, string? Remedy, string? Note = null)
{
    /// <summary>It does its work.</summary>
    public bool IsReady => Cause is null;
}
