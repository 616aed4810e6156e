namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What all nodes of a cluster must have in common, since a partition that moves from one to another would be misread or
/// stored elsewhere: everything else may differ while a change is rolled out.
/// </summary>
/// <param name="Format">The version of journal, snapshots and cluster messages: <see cref="CurrentFormat"/>.</param>
/// <param name="Partitions">Slices of hosts.</param>
/// <param name="Journal">The journal's random id.</param>
public sealed record Agreement(int Format, int Partitions, string Journal)
{
    /// <summary>The format that this program writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>What another node has that this one has not, and what to do about it; null: they agree.</summary>
    public (string Cause, string Remedy)? DifferenceTo(Agreement other)
    {
        if (Format != other.Format)
        {
            return ($"it writes format {other.Format} and this node format {Format}", "Run one version of actorlog, or two that read each other's format.");
        }

        if (Partitions != other.Partitions)
        {
            return ($"it has partitions = {other.Partitions} and this node {Partitions}", "Set the same partitions on all nodes; a journal keeps the number it began with.");
        }

        return Journal == other.Journal
            ? null
            : ($"its journal is {other.Journal} and this node's is {Journal}", "Give all nodes the same aggregator.journal.");
    }
}
