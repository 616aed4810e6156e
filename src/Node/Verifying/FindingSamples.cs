using System.Globalization;
using System.Text;

namespace ActorLog.Node.Verifying;

/// <summary>The first few findings of each kind, as text that is safe to print.</summary>
internal sealed class FindingSamples
{
    private const int Max = 5;
    private const int BytesMax = 400;
    private readonly List<string>[] _texts = [.. Enum.GetValues<Finding>().Select(_ => new List<string>())];

    /// <summary>Every sample, kind by kind.</summary>
    public IEnumerable<string> Lines => Enum.GetValues<Finding>().SelectMany(
        finding => _texts[(int)finding].Select(text => $"{Word(finding)}: {text}"));

    /// <summary>The word for a kind, as the last line of a report has it.</summary>
    public static string Word(Finding finding) => finding switch
    {
        Finding.OutOfOrder => "out-of-order",
        Finding.ControlBytes => "control-bytes",
        _ => finding.ToString().ToLowerInvariant(),
    };

    /// <summary>Whether one more of this kind is kept; what is not need not be made.</summary>
    public bool Wants(Finding finding) => _texts[(int)finding].Count < Max;

    /// <summary>Keeps one.</summary>
    public void Add(Finding finding, string text) => _texts[(int)finding].Add(Safe(text));

    /// <summary>Bytes of a line, cut, and with escapes for all but ASCII.</summary>
    public static string Text(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder();
        foreach (var b in line[..Math.Min(line.Length, BytesMax)])
        {
            _ = b is >= (byte)' ' and <= (byte)'~' ? text.Append((char)b) : text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return text.ToString();
    }

    /// <summary>Names of files may hold anything.</summary>
    private static string Safe(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c)
            is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? '?' : c));
}
