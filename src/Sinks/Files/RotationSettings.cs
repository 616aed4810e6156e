namespace ActorLog.Sinks.Files;

/// <summary>When the active segment of a file is sealed and the next one opened; what is not set does not count.</summary>
/// <param name="BytesMax">Seal at this many bytes.</param>
/// <param name="Every">Seal at the turn of the hour or day, UTC.</param>
/// <param name="Compress">Compress a sealed segment with gzip.</param>
public sealed record RotationSettings(long? BytesMax, RotationPeriod Every, bool Compress)
{
    /// <summary>Never seal.</summary>
    public static readonly RotationSettings None = new(null, RotationPeriod.Never, false);
}

/// <summary>The turn at which a segment is sealed, whatever its size.</summary>
public enum RotationPeriod
{
    /// <summary>None.</summary>
    Never,
    /// <summary>Each full hour, UTC.</summary>
    Hour,
    /// <summary>Midnight, UTC.</summary>
    Day,
}
