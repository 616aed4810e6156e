using Akka.Actor;

namespace ActorLog.Node.Clustering;

/// <summary>
/// Peers whose hosts answer that nobody listens: the process has ended, which no silence tells so soon. Believed when it is said
/// again a moment later, with no connection in between.
/// </summary>
internal sealed class RefusingPeers
{
    /// <summary>How long behind the first refusal another one is believed.</summary>
    public static readonly TimeSpan BelievedAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Address, TimeSpan> _since = [];

    /// <summary>Whether a peer has refused, and nothing else since.</summary>
    public bool Contains(Address peer) => _since.ContainsKey(peer);

    /// <summary>A peer refuses.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="now">The time of a clock that only goes on.</param>
    /// <returns>Whether its process has ended.</returns>
    public bool Refuse(Address peer, TimeSpan now)
    {
        _since.TryAdd(peer, now);
        return now - _since[peer] >= BelievedAfter;
    }

    /// <summary>A peer is connected to, or its host is silent.</summary>
    public void Forget(Address peer) => _since.Remove(peer);
}
