namespace ActorLog.Protocol.Syslog;

/// <summary>Renders <c>Mmm dd hh:mm:ss</c> (RFC 3164, section 4.1.2) in one zone and remembers the last second.</summary>
internal sealed class LineDate
{
    /// <summary>Bytes of a date.</summary>
    public const int Bytes = 15;

    /// <summary>Zones change their offset at multiples of a quarter of an hour.</summary>
    private const long OffsetTicks = 15 * TimeSpan.TicksPerMinute;

    private readonly TimeZoneInfo _zone;
    private readonly byte[] _text = new byte[Bytes];
    private long _second = -1;
    private long _quarter = -1;
    private long _offset;
    private long _day = -1;

    public LineDate(TimeZoneInfo zone)
    {
        _zone = zone;
    }

    /// <summary>Writes the date of an instant; one outside the calendar counts as its end.</summary>
    /// <param name="utcTicks">UTC ticks of 100 ns.</param>
    /// <param name="destination">Room for <see cref="Bytes"/>.</param>
    public void Write(long utcTicks, Span<byte> destination)
    {
        var second = utcTicks / TimeSpan.TicksPerSecond;
        if (second != _second)
        {
            Render(utcTicks);
            _second = second;
        }

        _text.CopyTo(destination);
    }

    private void Render(long utcTicks)
    {
        utcTicks = Math.Clamp(utcTicks, 0, DateTime.MaxValue.Ticks);
        var quarter = utcTicks / OffsetTicks;
        if (quarter != _quarter)
        {
            _offset = _zone.GetUtcOffset(new DateTime(utcTicks, DateTimeKind.Utc)).Ticks;
            _quarter = quarter;
        }

        var local = Math.Clamp(utcTicks + _offset, 0, DateTime.MaxValue.Ticks);
        var day = local / TimeSpan.TicksPerDay;
        if (day != _day)
        {
            var date = new DateTime(day * TimeSpan.TicksPerDay);
            MonthNames.Name(date.Month).CopyTo(_text);
            _text[3] = _text[6] = (byte)' ';
            PutTwo(date.Day, _text.AsSpan(4));
            _text[4] = _text[4] == '0' ? (byte)' ' : _text[4];
            _text[9] = _text[12] = (byte)':';
            _day = day;
        }

        var secondOfDay = (int)(local % TimeSpan.TicksPerDay / TimeSpan.TicksPerSecond);
        PutTwo(secondOfDay / 3600, _text.AsSpan(7));
        PutTwo(secondOfDay / 60 % 60, _text.AsSpan(10));
        PutTwo(secondOfDay % 60, _text.AsSpan(13));
    }

    private static void PutTwo(int value, Span<byte> at)
    {
        at[0] = (byte)('0' + (value / 10));
        at[1] = (byte)('0' + (value % 10));
    }
}
