namespace ActorLog.Node.Listening;

/// <summary>
/// When a batch is handed over: at once after an idle time, else at most once in a window while frames keep coming. Wake-ups
/// are what costs below saturation. Times are milliseconds of one steady clock.
/// </summary>
/// <param name="window">How long frames are gathered.</param>
internal sealed class HandOverPace(TimeSpan window)
{
    private readonly long _windowMs = Math.Max(0, (long)Math.Ceiling(window.TotalMilliseconds));
    private long _last = long.MinValue / 2;

    /// <summary>
    /// Frames came in the window before the last hand-over too: more are on their way, and sleeping for a window before
    /// the next read costs nobody anything.
    /// </summary>
    public bool IsSteady { get; private set; }

    /// <summary>How long to gather yet; 0 means now.</summary>
    public int RemainingMs(long now) => (int)Math.Clamp(_last + _windowMs - now, 0, _windowMs);

    /// <summary>A batch was handed over.</summary>
    public void HandedOver(long now)
    {
        IsSteady = now - _last <= 2 * _windowMs;
        _last = now;
    }
}
