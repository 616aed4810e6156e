using System.Globalization;

namespace ActorLog.Node.Cli;

/// <summary>Reads a time of the command line: ISO 8601, a date alone too, and in a zone of the node's where it names none.</summary>
internal static class TimeOption
{
    /// <summary>What a time may look like, for people.</summary>
    public const string Form = "2026-11-25, 2026-11-25T10:20 or 2026-11-25T10:20:03, with Z or an offset behind it where it is not the zone of the files";

    private static readonly string[] Forms =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd' 'HH:mm", "yyyy-MM-dd' 'HH:mm:ss"];

    private static readonly string[] ZonedForms = [.. Forms.Skip(1).Select(static form => form + "K")];

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="zone">The zone of a time that names none.</param>
    /// <param name="ticks">UTC ticks; of two that a clock shows which is set back the first.</param>
    public static bool TryRead(string text, TimeZoneInfo zone, out long ticks)
    {
        ticks = 0;
        if (DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall))
        {
            var offset = zone.IsAmbiguousTime(wall) ? zone.GetAmbiguousTimeOffsets(wall).Max() : zone.GetUtcOffset(wall);
            ticks = Math.Clamp(wall.Ticks - offset.Ticks, 0, DateTime.MaxValue.Ticks);
            return true;
        }

        var isZoned = DateTimeOffset.TryParseExact(
            text, ZonedForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        ticks = time.UtcTicks;
        return isZoned;
    }
}
