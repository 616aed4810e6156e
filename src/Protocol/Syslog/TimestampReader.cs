using System.Buffers.Binary;

namespace ActorLog.Protocol.Syslog;

/// <summary>
/// Reads the two timestamps of syslog headers. It remembers the last minute (BSD) and the last day (RFC 3339), since
/// the next record mostly bears the same; so one instance serves one thread at a time.
/// </summary>
internal sealed class TimestampReader
{
    private const int BsdBytes = 15;
    private const int BsdMinuteBytes = 12;
    private const int Rfc3339DayBytes = 10;
    private const int Rfc3339SecondBytes = 19;

    /// <summary>Digits behind the point that senders write (Go: nanoseconds); RFC 5424 has 6, ticks keep 7.</summary>
    private const int FractionDigitsMax = 9;

    private static readonly long MaxTicks = DateTime.MaxValue.Ticks;

    private readonly byte[] _minute = new byte[BsdMinuteBytes];
    private readonly byte[] _day = new byte[Rfc3339DayBytes];
    private long _minuteTicks;
    private long _minuteReceivedDay = -1;
    private TimeZoneInfo? _minuteZone;
    private long _dayTicks;

    /// <summary>Reads <c>Mmm dd hh:mm:ss</c> and up to nine digits of a fraction (RFC 3164, section 4.1.2).</summary>
    /// <param name="text">What begins with it.</param>
    /// <param name="context">Gives the zone, and the year: the one that puts the time nearest to the receipt.</param>
    /// <param name="ticks">The time, UTC ticks of 100 ns.</param>
    /// <param name="length">Its bytes.</param>
    public TimeReading ReadBsd(ReadOnlySpan<byte> text, scoped in ParseContext context, out long ticks, out int length)
    {
        ticks = 0;
        length = BsdBytes;
        if (text.Length < BsdBytes || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':'
            || !TryReadTwo(text[13..], out var second) || !TryReadFraction(text, ref length, out var fraction))
        {
            return TimeReading.None;
        }

        var minute = ReadMinute(text[..BsdMinuteBytes], in context, out var minuteTicks);
        ticks = minuteTicks + (second * TimeSpan.TicksPerSecond) + fraction;
        return minute == TimeReading.Time && (second > 60 || fraction < 0 || ticks > MaxTicks)
            ? TimeReading.Impossible
            : minute;
    }

    /// <summary>Reads <c>yyyy-mm-ddThh:mm:ss</c>, a fraction and a zone (RFC 3339, section 5.6; RFC 5424, section 6.2.3).</summary>
    /// <param name="text">What begins with it.</param>
    /// <param name="ticks">The time, UTC ticks of 100 ns; a leap second is the first of the next minute.</param>
    /// <param name="length">Its bytes.</param>
    public TimeReading ReadRfc3339(ReadOnlySpan<byte> text, out long ticks, out int length)
    {
        ticks = 0;
        length = Rfc3339SecondBytes;
        if (text.Length <= Rfc3339SecondBytes || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't'
            || text[13] != ':' || text[16] != ':'
            || !TryReadTwo(text[11..], out var hour) || !TryReadTwo(text[14..], out var minute)
            || !TryReadTwo(text[17..], out var second) || !TryReadFraction(text, ref length, out var fraction)
            || !TryReadZone(text[length..], out var offsetMinutes, out var zoneLength))
        {
            return TimeReading.None;
        }

        length += zoneLength;
        var day = ReadDay(text[..Rfc3339DayBytes], out var dayTicks);
        ticks = dayTicks + (((hour * 60) + minute - offsetMinutes) * TimeSpan.TicksPerMinute)
            + (second * TimeSpan.TicksPerSecond) + fraction;
        return day == TimeReading.Time && (hour > 23 || minute > 59 || second > 60 || fraction < 0
            || offsetMinutes == int.MaxValue || ticks < 0 || ticks > MaxTicks)
            ? TimeReading.Impossible
            : day;
    }

    private TimeReading ReadMinute(ReadOnlySpan<byte> text, scoped in ParseContext context, out long ticks)
    {
        var receivedDay = context.ReceivedTicks / TimeSpan.TicksPerDay;
        if (receivedDay == _minuteReceivedDay && ReferenceEquals(context.HeaderZone, _minuteZone)
            && text.SequenceEqual(_minute))
        {
            ticks = _minuteTicks;
            return TimeReading.Time;
        }

        ticks = 0;
        var month = MonthNames.Number(text);
        var tens = text[4] == ' ' ? 0 : text[4] - '0';
        var ones = text[5] - '0';
        if (month == 0 || tens is < 0 or > 9 || ones is < 0 or > 9
            || !TryReadTwo(text[7..], out var hour) || !TryReadTwo(text[10..], out var minute))
        {
            return TimeReading.None;
        }

        var wall = new WallMinute(month, (tens * 10) + ones, hour, minute);
        if (!wall.TryNearest(context.ReceivedTicks, context.HeaderZone, out ticks, out var isAmbiguous))
        {
            return TimeReading.Impossible;
        }

        // A minute that the clock showed twice depends on the time of receipt to the hour: it is worked out each time.
        _minuteReceivedDay = isAmbiguous ? -1 : receivedDay;
        _minuteZone = context.HeaderZone;
        _minuteTicks = ticks;
        text.CopyTo(_minute);
        return TimeReading.Time;
    }

    private TimeReading ReadDay(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = _dayTicks;
        if (text.SequenceEqual(_day))
        {
            return TimeReading.Time;
        }

        if (!TryReadTwo(text, out var century) || !TryReadTwo(text[2..], out var yearOfCentury)
            || !TryReadTwo(text[5..], out var month) || !TryReadTwo(text[8..], out var day))
        {
            return TimeReading.None;
        }

        var year = (century * 100) + yearOfCentury;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return TimeReading.Impossible;
        }

        ticks = new DateTime(year, month, day).Ticks;
        _dayTicks = ticks;
        text.CopyTo(_day);
        return TimeReading.Time;
    }

    /// <summary>
    /// A point and digits, where there is one. A fraction of more digits than anybody writes is negative: it has the
    /// form of a time but not the meaning, and its text is to be kept.
    /// </summary>
    private static bool TryReadFraction(ReadOnlySpan<byte> text, ref int length, out long ticks)
    {
        ticks = 0;
        if (length >= text.Length || text[length] != '.')
        {
            return true;
        }

        var digits = text[(length + 1)..];
        var count = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        count = count < 0 ? digits.Length : count;
        length += 1 + count;
        if (count is 0 or > FractionDigitsMax)
        {
            ticks = -1;
            return count > 0;
        }

        var unit = TimeSpan.TicksPerSecond;
        foreach (var digit in digits[..count])
        {
            unit /= 10;
            ticks += (digit - '0') * unit;
        }

        return true;
    }

    private static bool TryReadZone(ReadOnlySpan<byte> text, out int offsetMinutes, out int length)
    {
        offsetMinutes = 0;
        length = 1;
        if (text.Length > 0 && (text[0] | 0x20) == 'z')
        {
            return true;
        }

        length = 6;
        if (text.Length < length || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryReadTwo(text[1..], out var hours) || !TryReadTwo(text[4..], out var minutes))
        {
            return false;
        }

        offsetMinutes = hours > 23 || minutes > 59 ? int.MaxValue
            : text[0] == '-' ? -((hours * 60) + minutes)
            : (hours * 60) + minutes;
        return true;
    }

    private static bool TryReadTwo(ReadOnlySpan<byte> text, out int value)
    {
        var pair = BinaryPrimitives.ReadUInt16BigEndian(text);
        var tens = (pair >> 8) - '0';
        var ones = (pair & 0xff) - '0';
        value = (tens * 10) + ones;
        return (uint)tens <= 9 && (uint)ones <= 9;
    }
}
