using System.Globalization;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// The final name of a sealed segment: <c>web1.log-20261123T055000Z-00000042</c>, with <c>.gz</c> behind it when
/// compressed. The number is unique per path, so a name never comes twice, whatever the clock does, and never changes.
/// </summary>
/// <param name="BaseName">The active segment's name, without its directory.</param>
/// <param name="SealedAt">When it was sealed; UTC, whole seconds.</param>
/// <param name="Number">The caller's number, unique and rising per path; not negative.</param>
/// <param name="Compressed">Whether it is the compressed form.</param>
public sealed record SegmentName(string BaseName, DateTimeOffset SealedAt, long Number, bool Compressed = false)
{
    /// <summary>Ends the name of a compressed segment (RFC 1952).</summary>
    public const string CompressedSuffix = ".gz";

    /// <summary>Ends the name of what is not finished and may be deleted at any start.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>The most characters that a name gains by its seal, compression and temporary suffix.</summary>
    public const int SuffixCharactersMax = 1 + TimeCharacters + 1 + NumberDigitsMax + 3 + 4;

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int TimeCharacters = 16;
    private const int NumberDigitsMin = 8;
    private const int NumberDigitsMax = 19;

    /// <summary>The path of this segment beside its active one.</summary>
    /// <param name="activePath">The active segment's path, whose last name is <see cref="BaseName"/>.</param>
    public string PathBeside(string activePath) => StorePath.Join(StorePath.DirectoryOf(activePath), ToString());

    /// <summary>The final path of a segment.</summary>
    public static string PathOf(string activePath, DateTimeOffset sealedAt, long number) =>
        new SegmentName(StorePath.NameOf(activePath), sealedAt, number).PathBeside(activePath);

    /// <summary>The name.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{BaseName}-{SealedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Number:D8}{(Compressed ? CompressedSuffix : "")}");

    /// <summary>Reads a name back; exactly what <see cref="ToString"/> writes, nothing else.</summary>
    public static bool TryParse(string name, out SegmentName segment)
    {
        segment = null!;
        var compressed = name.EndsWith(CompressedSuffix, StringComparison.Ordinal);
        var rest = compressed ? name.AsSpan(0, name.Length - CompressedSuffix.Length) : name;
        var numberAt = rest.LastIndexOf('-') + 1;
        var timeAt = numberAt - 1 - TimeCharacters;
        if (timeAt < 2 || rest[timeAt - 1] != '-')
        {
            return false;
        }

        var digits = rest[numberAt..];
        if (digits.Length is < NumberDigitsMin or > NumberDigitsMax
            || (digits.Length > NumberDigitsMin && digits[0] == '0')
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !DateTimeOffset.TryParseExact(
                rest.Slice(timeAt, TimeCharacters), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return false;
        }

        segment = new SegmentName(rest[..(timeAt - 1)].ToString(), time, number, compressed);
        return true;
    }

    /// <summary>Whether a name is one that only this program gives: a sealed segment's, or a temporary's.</summary>
    public static bool IsReserved(string name) =>
        name.EndsWith(TemporarySuffix, StringComparison.Ordinal) || TryParse(name, out _);
}
