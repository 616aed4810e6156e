using System.Globalization;

namespace ActorLog.Protocol.Versions;

/// <summary>The versions that one side speaks or reads, both ends included.</summary>
/// <param name="Oldest">The oldest.</param>
/// <param name="Newest">The newest.</param>
public readonly record struct VersionRange(int Oldest, int Newest)
{
    /// <summary>Whether a version is one of them.</summary>
    public bool Contains(int version) => version >= Oldest && version <= Newest;

    /// <summary>The highest version that both have; null: none.</summary>
    public int? HighestCommon(VersionRange other) =>
        Math.Min(Newest, other.Newest) is var highest && Contains(highest) && other.Contains(highest) ? highest : null;

    /// <inheritdoc/>
    public override string ToString() => Oldest == Newest
        ? Newest.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Oldest} to {Newest}");
}
