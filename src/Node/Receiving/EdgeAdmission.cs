using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;

namespace ActorLog.Node.Receiving;

/// <summary>
/// Judges what an edge says of itself and of its blocks: its version, how it divides hosts, and whether its certificate
/// allows the names. Pure; any thread.
/// </summary>
internal sealed class EdgeAdmission(EdgeIdentity edge, int partitions, VersionRange speaks)
{
    /// <summary>Why an edge is not served; null when it is.</summary>
    public string? FindFault(DeliveryFrame.Hello hello) =>
        Release.FindDifference(hello.Speaks, speaks) is { } difference
            ? difference
            : hello.Slots != partitions
                ? $"it divides hosts into {hello.Slots} partitions, this cluster into {partitions}: set actorlog.partitions alike"
                : !edge.Allows(Encoding.UTF8.GetBytes(hello.Edge))
                    ? $"its certificate does not allow the name '{hello.Edge}' (it allows {string.Join(", ", edge.Claims!.Patterns)})"
                    : null;

    /// <summary>Why a block is refused for good; null when it is taken.</summary>
    public string? FindFault(in BlockHeader header, ReadOnlySpan<byte> block)
    {
        if (header.Slots != partitions)
        {
            // Such as one that a spool has kept from before its setting was changed: its hosts belong to other partitions.
            return $"it is divided into {header.Slots} partitions, this cluster has {partitions}";
        }

        if (edge.Claims is null)
        {
            return null;
        }

        foreach (var host in header.HostsOf(block))
        {
            if (!edge.Allows(host))
            {
                return $"the certificate does not allow the host '{Encoding.UTF8.GetString(host)}'";
            }
        }

        return null;
    }
}
