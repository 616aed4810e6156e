namespace ActorLog.Node.Hosting;

/// <summary>
/// The clock by which ages are counted: what is old enough is deleted or forgotten, and that cannot be taken back. It follows
/// the wall clock, but believes a leap ahead only when the wall clock has stood by it for a day: until then it goes on at the
/// pace of time that passed. A clock that goes back is followed at once: then things are younger. Any thread.
/// </summary>
/// <param name="wall">The wall clock, and the timestamps that no one sets.</param>
/// <param name="onLeap">Is told of a leap ahead, once.</param>
internal sealed class CautiousTime(TimeProvider wall, Action<TimeSpan> onLeap) : TimeProvider
{
    // What a time service corrects in one step is no leap.
    private static readonly TimeSpan StepMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Doubt = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly long _began = wall.GetTimestamp();
    private DateTimeOffset _origin = wall.GetUtcNow();
    private DateTimeOffset _claimed;
    private TimeSpan? _doubtedAt;

    /// <inheritdoc/>
    public override long TimestampFrequency => wall.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => wall.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var passed = wall.GetElapsedTime(_began);
            // When this clock began, by what the wall clock says now.
            var origin = wall.GetUtcNow() - passed;
            if (origin - _origin <= StepMax || IsBelieved(origin, passed))
            {
                _origin = origin;
                _doubtedAt = null;
            }

            return _origin + passed;
        }
    }

    private bool IsBelieved(DateTimeOffset origin, TimeSpan passed)
    {
        if (_doubtedAt is null || (origin - _claimed).Duration() > StepMax)
        {
            _claimed = origin;
            _doubtedAt = passed;
            onLeap(origin - _origin);
        }

        return passed - _doubtedAt >= Doubt;
    }
}
