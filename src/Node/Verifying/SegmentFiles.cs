using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorLog.Node.Verifying;

/// <summary>The files below a folder in the order in which their lines were written: of each log the sealed segments by number, then the active one.</summary>
public static partial class SegmentFiles
{
    private const string Compressed = ".gz";

    /// <summary>Lists them; temporary files (.tmp, or a leading dot) are no segments, and a .gz beside its original is its copy.</summary>
    /// <returns>Groups, each the segments of one log.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Below(string folder) =>
        [.. Logs(FolderFiles.Below([folder]).Files).Select(log => log.Value)];

    /// <summary>Bytes of all lines below a folder, compressed ones counted as they were: how far a run has come, at the price of a listing.</summary>
    public static long PlainBytes(string folder) => Below(folder).Sum(log => log.Sum(PlainLength));

    /// <summary>The segments of each log, by the path of its active one.</summary>
    internal static IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Logs(IReadOnlySet<string> files) =>
        [.. files
            .Where(f => IsSegment(f) && (!IsCompressed(f) || !files.Contains(Plain(f))))
            .GroupBy(Log)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create<string, IReadOnlyList<string>>(
                g.Key, [.. g.OrderBy(f => Plain(f) == g.Key ? 1 : 0).ThenBy(Number).ThenBy(Plain, StringComparer.Ordinal)]))];

    /// <summary>The segments of one log as they are now, the active one last.</summary>
    internal static IReadOnlyList<string> Of(string log) =>
        Logs(Directory.EnumerateFiles(Path.GetDirectoryName(log)!).Where(f => Log(f) == log).ToHashSet(StringComparer.Ordinal))
            is [var only] ? only.Value : [];

    /// <summary>The active file that a segment belongs to: its name without what a seal adds.</summary>
    internal static string Log(string file)
    {
        var plain = Plain(file);
        var name = Path.GetFileName(plain);
        return Path.Combine(Path.GetDirectoryName(plain)!, Seal().Replace(name, "", 1));
    }

    /// <summary>Whether a file is compressed.</summary>
    internal static bool IsCompressed(string file) => file.EndsWith(Compressed, StringComparison.Ordinal);

    /// <summary>A segment's path before it was compressed.</summary>
    internal static string Plain(string file) => IsCompressed(file) ? file[..^Compressed.Length] : file;

    private static bool IsSegment(string file) =>
        !Path.GetFileName(file.AsSpan()).StartsWith('.') && !file.EndsWith(".tmp", StringComparison.Ordinal);

    // A file may be renamed or compressed while it is looked at: it counts again the next time.
    private static long PlainLength(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            if (!IsCompressed(file))
            {
                return stream.Length;
            }
            if (stream.Length < sizeof(uint))
            {
                return 0;
            }

            // RFC 1952, section 2.3.1: the last four bytes are the length before compression.
            stream.Seek(-sizeof(uint), SeekOrigin.End);
            Span<byte> length = stackalloc byte[sizeof(uint)];
            stream.ReadExactly(length);
            return BinaryPrimitives.ReadUInt32LittleEndian(length);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }


    // Numbers rise where times do not: the clock may have been set back.
    private static long Number(string file)
    {
        var plain = Plain(file);
        return long.TryParse(plain[(plain.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>What a seal adds: a time that begins with eight digits, and all that follows it up to the extension.</summary>
    [GeneratedRegex(@"[-._]\d{8}(?:[TZ0-9._-]*[TZ0-9])?(?=\.log$|$)")]
    private static partial Regex Seal();
}
