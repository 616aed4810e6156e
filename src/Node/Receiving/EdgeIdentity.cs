namespace ActorLog.Node.Receiving;

/// <summary>Who is at the other end of a connection.</summary>
/// <param name="Peer">Address, for people.</param>
/// <param name="Claims">What its certificate lets it claim; null for the edge in this process, which may claim anything.</param>
internal sealed record EdgeIdentity(string Peer, HostClaims? Claims)
{
    /// <summary>Whether the edge may call itself, or a host of its records, so.</summary>
    public bool Allows(ReadOnlySpan<byte> name) => Claims is null || Claims.Allows(name);
}
