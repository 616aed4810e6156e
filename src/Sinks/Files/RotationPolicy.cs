namespace ActorLog.Sinks.Files;

/// <summary>Decides when a segment is sealed. Pure; all times are UTC, so that no change of a clock's zone matters.</summary>
public static class RotationPolicy
{
    /// <summary>
    /// Whether to seal a segment now. An empty one never is; a clock that went back seals nothing, and one that leapt
    /// ahead seals once.
    /// </summary>
    /// <param name="settings">The sink's rotation.</param>
    /// <param name="openedAt">When the segment was opened; for one found at a start, when it was last written to.</param>
    /// <param name="length">Bytes in it.</param>
    /// <param name="now">The time.</param>
    public static bool IsDue(RotationSettings settings, DateTimeOffset openedAt, long length, DateTimeOffset now) =>
        length > 0 && (length >= settings.BytesMax || now >= NextTurn(settings, openedAt));

    /// <summary>The first turn of hour or day after a time; null when the settings have none.</summary>
    public static DateTimeOffset? NextTurn(RotationSettings settings, DateTimeOffset after)
    {
        TimeSpan? period = settings.Every switch
        {
            RotationPeriod.Hour => TimeSpan.FromHours(1),
            RotationPeriod.Day => TimeSpan.FromDays(1),
            _ => null,
        };
        return period is { } length
            ? new DateTimeOffset(((after.UtcTicks / length.Ticks) + 1) * length.Ticks, TimeSpan.Zero)
            : null;
    }
}
