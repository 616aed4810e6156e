using System.Globalization;
using System.Net;

namespace ActorLog.Node.Settings;

/// <summary>The ways in which a plain value can be written.</summary>
internal static class SettingFormats
{
    private static readonly Unit[] SizeUnits =
    [
        new("TiB", 1L << 40), new("GiB", 1L << 30), new("MiB", 1L << 20), new("KiB", 1L << 10),
        new("TB", 1_000_000_000_000), new("GB", 1_000_000_000), new("MB", 1_000_000), new("kB", 1_000),
        new("Ti", 1L << 40), new("Gi", 1L << 30), new("Mi", 1L << 20), new("Ki", 1L << 10),
        new("T", 1L << 40), new("G", 1L << 30), new("M", 1L << 20), new("K", 1L << 10), new("k", 1L << 10), new("KB", 1_000),
        new("B", 1), new("", 1),
    ];

    // In ticks of 100 ns.
    private static readonly Unit[] TimeUnits =
    [
        new("d", TimeSpan.TicksPerDay), new("h", TimeSpan.TicksPerHour), new("m", TimeSpan.TicksPerMinute),
        new("s", TimeSpan.TicksPerSecond), new("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>10MiB, 10MB, 10k, 4096: MB is a million, MiB and M are 2^20 (as HOCON and logrotate have it).</summary>
    public static SettingFormat<long> Size(long min, long max) => (string text, out long value) =>
    {
        value = 0;
        if (!TryQuantity(text, SizeUnits, out var number, out var unit)
            || number * unit > long.MaxValue || number * unit % 1 != 0)
        {
            return "is not a size (try 10MiB)";
        }

        value = (long)(number * unit);
        return value < min || value > max ? $"is out of range: {SizeText(min)} to {SizeText(max)}" : null;
    };

    /// <summary>5ms, 10s, 1m, 1h, 30d; a unit must be given.</summary>
    public static SettingFormat<TimeSpan> Time(TimeSpan min, TimeSpan max) => (string text, out TimeSpan value) =>
    {
        value = default;
        if (!TryQuantity(text, TimeUnits, out var number, out var unit))
        {
            return "is not a time (try 10s; the units are ms, s, m, h, d)";
        }

        var ticks = number * unit;
        var inRange = ticks >= min.Ticks && ticks <= max.Ticks;
        value = inRange ? new TimeSpan((long)ticks) : default;
        return inRange ? null : $"is out of range: {TimeText(min)} to {TimeText(max)}";
    };

    public static SettingFormat<int> Number(int min, int max) => (string text, out int value) =>
        !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            ? $"is not a whole number ({min} to {max})"
            : value < min || value > max ? $"is out of range: {min} to {max}" : null;

    public static string? Switch(string text, out bool value)
    {
        value = text.ToUpperInvariant() is "ON" or "TRUE" or "YES";
        return value || text.ToUpperInvariant() is "OFF" or "FALSE" or "NO" ? null : "is neither on nor off";
    }

    /// <summary>One of some words.</summary>
    public static SettingFormat<T> Choice<T>(params (string Word, T Value)[] choices) => (string text, out T value) =>
    {
        foreach (var choice in choices)
        {
            if (choice.Word == text)
            {
                value = choice.Value;
                return null;
            }
        }

        value = choices[0].Value;
        var words = choices.Select(static choice => choice.Word).ToList();
        return $"is not one of {string.Join(", ", words)}{Nearest.To(text, words)}";
    };

    /// <summary>What another format reads, or <c>off</c>.</summary>
    public static SettingFormat<T?> OrOff<T>(SettingFormat<T> format)
        where T : struct => (string text, out T? value) =>
    {
        value = null;
        if (text == "off")
        {
            return null;
        }

        var error = format(text, out var set);
        value = set;
        return error;
    };

    /// <summary>127.0.0.1:5140 or [::1]:5140: an address, not a name, for one binds to it.</summary>
    public static string? Address(string text, out IPEndPoint? value)
    {
        value = null;
        if (!TrySplit(text, out var host, out var port) || !IPAddress.TryParse(host, out var address))
        {
            return "is not an address and port (try 127.0.0.1:5140 or [::1]:5140)";
        }

        value = new IPEndPoint(address, port);
        return null;
    }

    /// <summary>The same, or an address alone, with a port that is customary.</summary>
    public static SettingFormat<IPEndPoint?> AddressOr(int port) => (string text, out IPEndPoint? value) =>
    {
        var isAlone = text.StartsWith('[') ? text.EndsWith(']') : text.Count(static c => c == '.') == 3 && !text.Contains(':');
        value = isAlone && IPAddress.TryParse(text, out var address) ? new IPEndPoint(address, port) : null;
        return value is not null ? null : Address(text, out value);
    };

    /// <summary>The same, or <c>off</c>.</summary>
    public static string? AddressOrOff(string text, out IPEndPoint? value)
    {
        value = null;
        return text == "off" ? null : Address(text, out value) is null ? null
            : "is neither off nor an address and port (try 127.0.0.1:5140 or [::1]:5140)";
    }

    /// <summary>aggregator.example:6515, 10.0.0.1:6515 or [::1]:6515.</summary>
    public static string? HostAndPort(string text, out DnsEndPoint value)
    {
        var split = TrySplit(text, out var host, out var port)
            && port > 0 && Uri.CheckHostName(host) is not (UriHostNameType.Unknown or UriHostNameType.Basic);
        value = new DnsEndPoint(split ? host : "invalid", split ? port : 1);
        return split ? null : "is not host:port (try aggregator.example:6515)";
    }

    /// <summary>10.0.0.0/8, or one address.</summary>
    public static string? Network(string text, out IPNetwork value)
    {
        value = default;
        if (IPAddress.TryParse(text, out var one))
        {
            value = new IPNetwork(one, one.GetAddressBytes().Length * 8);
            return null;
        }

        return IPNetwork.TryParse(text, out value)
            ? null
            : "is not a network (try 10.0.0.0/8; the bits behind the prefix are 0)";
    }

    public static string? Zone(string text, out TimeZoneInfo value)
    {
        value = text == "local" ? TimeZoneInfo.Local : TimeZoneInfo.Utc;
        return text is "local" or "UTC" || (TimeZoneInfo.TryFindSystemTimeZoneById(text, out value!) && text.Contains('/'))
            ? null
            : "is not a time zone (local, UTC, or a name such as Europe/Berlin)";
    }

    /// <summary>Permission bits in octal: 0666.</summary>
    public static string? Mode(string text, out UnixFileMode value)
    {
        var legal = text.Length is 3 or 4
            && text.All(static digit => digit is >= '0' and <= '7')
            && (text.Length == 3 || text[0] == '0');
        value = legal ? (UnixFileMode)Convert.ToInt32(text, 8) : default;
        return legal ? null : "is not a file mode (try 0660)";
    }

    public static string? Text(string text, out string value)
    {
        var legal = text.Length > 0 && !text.Contains('\0');
        value = legal ? text : "invalid";
        return legal ? null : "is empty or has a NUL in it";
    }

    /// <summary>The shortest way to write a size.</summary>
    public static string SizeText(long bytes)
    {
        var unit = SizeUnits.Take(4).FirstOrDefault(unit => bytes >= unit.Amount && bytes % unit.Amount == 0, SizeUnits[^1]);
        return bytes / unit.Amount + unit.Name;
    }

    /// <summary>The shortest way to write a time.</summary>
    public static string TimeText(TimeSpan time)
    {
        var unit = TimeUnits.FirstOrDefault(unit => time.Ticks >= unit.Amount && time.Ticks % unit.Amount == 0, TimeUnits[^1]);
        return (time.Ticks / unit.Amount).ToString(CultureInfo.InvariantCulture) + unit.Name;
    }

    private static bool TryQuantity(string text, Unit[] units, out decimal number, out long amount)
    {
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        var name = text[digits..].TrimStart();
        var unit = Array.Find(units, unit => unit.Name == name);
        amount = unit?.Amount ?? 0;
        number = 0;
        // Fifteen digits: whatever the unit, the product stays within a decimal.
        return unit is not null && digits is > 0 and <= 15 && decimal.TryParse(
            text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static bool TrySplit(string text, out string host, out ushort port)
    {
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon] : "";
        port = 0;
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        host = bracketed ? host[1..^1] : host;
        return colon > 0 && (bracketed == host.Contains(':')) && !(host.StartsWith('[') || host.EndsWith(']'))
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
    }

    private sealed record Unit(string Name, long Amount);
}
