using ActorLog.Protocol.Versions;

namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What all nodes of a cluster must have in common, since a partition that moves from one to another would be misread or
/// stored elsewhere: everything else may differ while a change is rolled out.
/// </summary>
/// <param name="Format">The format that it writes, see <see cref="Release.Written"/>.</param>
/// <param name="Partitions">Slices of hosts.</param>
/// <param name="Journal">The journal's random id.</param>
public sealed record Agreement(int Format, int Partitions, string Journal)
{
    /// <summary>The formats that it reads; who does not say it reads what it writes.</summary>
    public VersionRange Reads { get; init; } = new(Format, Format);

    /// <summary>What this release has, for a node.</summary>
    public static Agreement Of(int partitions, string journal) => new(Release.Written, partitions, journal) { Reads = Release.Read };

    /// <summary>What another node has that this one has not, and what to do about it; null: they agree.</summary>
    public (string Cause, string Remedy)? DifferenceTo(Agreement other)
    {
        if (!Reads.Contains(other.Format) || !other.Reads.Contains(Format))
        {
            return (
                $"it writes format {other.Format} and reads {other.Reads}, this node writes format {Format} and reads {Reads}",
                "Upgrade or downgrade by one release at a time: first all nodes to the one in between.");
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
