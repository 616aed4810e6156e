using System.Net;

namespace ActorLog.Node.Settings;

/// <summary>Several aggregators as one cluster.</summary>
/// <param name="Listen">Where the other members connect over TLS.</param>
/// <param name="Advertise">Under which name the others reach this node; one of <paramref name="Seeds"/>. Port 0: that of Listen.</param>
/// <param name="Seeds">All members, the same list on each. The first alone may begin a cluster.</param>
/// <param name="MembersMin">So many must be there before anything is stored: the majority, or more.</param>
/// <param name="Gateway">Where edges reach this node, which they are told when it stores what they send; null: they are not.</param>
public sealed record MembershipSettings(
    IPEndPoint Listen,
    DnsEndPoint Advertise,
    IReadOnlyList<DnsEndPoint> Seeds,
    int MembersMin,
    DnsEndPoint? Gateway = null)
{
    /// <summary>The majority of all members, whether they are there or not: fewer put nobody out, and end themselves when they miss the rest.</summary>
    public int Quorum => QuorumOf(Seeds.Count);

    /// <summary>The majority of so many.</summary>
    public static int QuorumOf(int members) => (members / 2) + 1;

    /// <summary>What is legal and unwise about the number of members; null: nothing.</summary>
    public string? Advice => Seeds.Count == 2
        ? "two members: when one is lost the other stops too, since it cannot tell that from being cut off; run one, or three"
        : Seeds.Count % 2 == 0
            ? $"{Seeds.Count} members survive no more losses than {Seeds.Count - 1}, and two halves stop both; run an odd number"
            : null;
}
