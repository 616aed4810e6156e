namespace ActorLog.Protocol.Syslog;

/// <summary>A minute as a clock on the wall shows it: no year, no zone.</summary>
internal readonly record struct WallMinute(int Month, int Day, int Hour, int Minute)
{
    /// <summary>The instant of this minute nearest to a time, in the year before, the same or the next.</summary>
    /// <param name="nearTicks">The time, UTC ticks of 100 ns.</param>
    /// <param name="zone">Where the wall is.</param>
    /// <param name="ticks">The instant, UTC ticks of 100 ns.</param>
    /// <param name="isAmbiguous">Whether the clock showed this minute twice that day, an hour apart or so.</param>
    /// <returns>False when none of the three years has such a minute.</returns>
    public bool TryNearest(long nearTicks, TimeZoneInfo zone, out long ticks, out bool isAmbiguous)
    {
        ticks = -1;
        isAmbiguous = false;
        if (Hour > 23 || Minute > 59 || Day == 0)
        {
            return false;
        }

        var near = new DateTime(Math.Clamp(nearTicks, 0, DateTime.MaxValue.Ticks));
        for (var year = Math.Max(near.Year - 1, 1); year <= Math.Min(near.Year + 1, 9999); year++)
        {
            if (Day > DateTime.DaysInMonth(year, Month))
            {
                continue;
            }

            var wall = new DateTime(year, Month, Day, Hour, Minute, 0, DateTimeKind.Unspecified);
            if (!zone.IsAmbiguousTime(wall))
            {
                Take(wall.Ticks - zone.GetUtcOffset(wall).Ticks, near.Ticks, ref ticks);
                continue;
            }

            isAmbiguous = true;
            foreach (var offset in zone.GetAmbiguousTimeOffsets(wall))
            {
                Take(wall.Ticks - offset.Ticks, near.Ticks, ref ticks);
            }
        }

        return ticks >= 0;
    }

    private static void Take(long candidate, long near, ref long best)
    {
        if (candidate >= 0 && candidate <= DateTime.MaxValue.Ticks
            && (best < 0 || Math.Abs(candidate - near) < Math.Abs(best - near)))
        {
            best = candidate;
        }
    }
}
