namespace ActorLog.Protocol.Syslog;

/// <summary>
/// Reads the date of a line of a file, <c>Mmm dd hh:mm:ss</c>, which has no year: it is the last one that does not put the line
/// more than a day behind a time by which it had been written. Remembers the last date, so one instance serves one thread.
/// </summary>
public sealed class LineTimes
{
    /// <summary>How far a line's date may be ahead of the time at which it was written: clocks of senders differ.</summary>
    public static readonly TimeSpan AheadMax = TimeSpan.FromDays(1);

    // Between two leap years there may be eight.
    private const int YearsMax = 8;

    private readonly TimeZoneInfo _zone;
    private readonly byte[] _text = new byte[LineDate.Bytes];
    private long _writtenBy = -1;
    private (long First, long Last)? _times;

    /// <summary>Of lines whose dates are of one zone.</summary>
    public LineTimes(TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        _zone = zone;
    }

    /// <summary>Bytes that a date has.</summary>
    public static int Bytes => LineDate.Bytes;

    /// <summary>Reads the date that a line begins with.</summary>
    /// <param name="line">The line, or its beginning.</param>
    /// <param name="writtenBy">When it had been written, UTC ticks of 100 ns.</param>
    /// <param name="first">The time, UTC ticks; the first of the two that a clock shows which is set back.</param>
    /// <param name="last">The same, or the second of the two.</param>
    /// <returns>False when it begins with no date.</returns>
    public bool TryRead(ReadOnlySpan<byte> line, long writtenBy, out long first, out long last)
    {
        (first, last) = (0, 0);
        if (line.Length < LineDate.Bytes)
        {
            return false;
        }

        var text = line[..LineDate.Bytes];
        if (writtenBy != _writtenBy || !text.SequenceEqual(_text))
        {
            text.CopyTo(_text);
            _writtenBy = writtenBy;
            _times = Read(text, writtenBy + AheadMax.Ticks);
        }

        (first, last) = _times ?? default;
        return _times is not null;
    }

    private (long First, long Last)? Read(ReadOnlySpan<byte> text, long latest)
    {
        var month = MonthNames.Number(text);
        if (month == 0 || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':'
            || !TryReadTwo(text[4] == ' ' ? [(byte)'0', text[5]] : text[4..], out var day)
            || !TryReadTwo(text[7..], out var hour) || !TryReadTwo(text[10..], out var minute)
            || !TryReadTwo(text[13..], out var second) || day == 0 || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        var newest = new DateTime(Math.Clamp(latest, 0, DateTime.MaxValue.Ticks)).Year + 1;
        for (var year = Math.Min(newest, DateTime.MaxValue.Year); year > Math.Max(newest - YearsMax - 2, 0); year--)
        {
            if (day <= DateTime.DaysInMonth(year, month)
                && TimesOf(new DateTime(year, month, day, hour, minute, second)) is var times && times.First <= latest)
            {
                return times;
            }
        }

        return null;
    }

    private (long First, long Last) TimesOf(DateTime wall)
    {
        if (!_zone.IsAmbiguousTime(wall))
        {
            var ticks = wall.Ticks - _zone.GetUtcOffset(wall).Ticks;
            return (ticks, ticks);
        }

        var offsets = _zone.GetAmbiguousTimeOffsets(wall);
        return (wall.Ticks - offsets.Max().Ticks, wall.Ticks - offsets.Min().Ticks);
    }

    private static bool TryReadTwo(ReadOnlySpan<byte> text, out int value)
    {
        value = ((text[0] - '0') * 10) + (text[1] - '0');
        return text[0] is >= (byte)'0' and <= (byte)'9' && text[1] is >= (byte)'0' and <= (byte)'9';
    }
}
