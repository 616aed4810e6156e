using System.Text.RegularExpressions;

namespace ActorLog.Testing.Processes;

/// <summary>The files below a folder in the order in which their lines were written: of each log the sealed segments by name, then the active one.</summary>
public static partial class SegmentFiles
{
    /// <summary>Lists them; temporary files (.tmp, or a leading dot) are no segments, and a .gz beside its original is its copy.</summary>
    /// <returns>Groups, each the segments of one log.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Below(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !Path.GetFileName(f).StartsWith('.') && !f.EndsWith(".tmp", StringComparison.Ordinal))
            .ToHashSet();
        return [.. files
            .Where(f => !f.EndsWith(".gz", StringComparison.Ordinal) || !files.Contains(Plain(f)))
            .GroupBy(Log)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.OrderBy(f => Plain(f) == g.Key ? 1 : 0).ThenBy(Plain, StringComparer.Ordinal).ToArray())];
    }

    /// <summary>The active file that a segment belongs to: its name without what a seal adds.</summary>
    internal static string Log(string file)
    {
        var plain = Plain(file);
        var name = Path.GetFileName(plain);
        return Path.Combine(Path.GetDirectoryName(plain)!, Seal().Replace(name, "", 1));
    }

    private static string Plain(string file) => file.EndsWith(".gz", StringComparison.Ordinal) ? file[..^3] : file;

    /// <summary>What a seal adds: a time that begins with eight digits, and all that follows it up to the extension.</summary>
    [GeneratedRegex(@"[-._]\d{8}(?:[TZ0-9._-]*[TZ0-9])?(?=\.log$|$)")]
    private static partial Regex Seal();
}
