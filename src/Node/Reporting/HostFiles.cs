using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Reporting;

/// <summary>
/// What stands under a host's name in the files below a folder, compressed ones too: lines, first and last time, and the
/// gap records among them. Every file is read, since a template may spread a host over many.
/// </summary>
internal sealed partial class HostFiles(string host)
{
    // "Mmm dd hh:mm:ss "
    private const int HostAt = 16;
    private const string Gz = ".gz";
    private readonly byte[] _host = Encoding.UTF8.GetBytes(host);
    private readonly byte[] _column = new byte[1024];
    private long _total;
    private long _gapRecords;
    private long _gapDropped;

    /// <summary>Adds a line for each file that has lines of the host, one for each gap record, and the sum.</summary>
    public void Add(string folder, Report report)
    {
        var files = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(static file => !Path.GetFileName(file).StartsWith('.') && !file.EndsWith(".tmp", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).ToList()
            : [];
        var whole = files.ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(file => !file.EndsWith(Gz, StringComparison.Ordinal) || !whole.Contains(file[..^Gz.Length])))
        {
            AddFile(folder, file, report);
        }

        report.Add("host", ("host", host), ("lines", _total), ("gap-records", _gapRecords), ("gap-dropped", _gapDropped));
    }

    private void AddFile(string folder, string file, Report report)
    {
        var (lines, first, last) = (0L, string.Empty, string.Empty);
        foreach (var line in LinesOf(file).Where(IsOfHost))
        {
            lines++;
            last = line[..(HostAt - 1)];
            first = lines == 1 ? last : first;
            if (TryReadGap(line, out var gap))
            {
                _gapRecords++;
                _gapDropped += gap.Records;
                report.Know(gap);
                report.Add(
                    "gap-record", ("host", host), ("id", gap.Id), ("reason", gap.Reason.Name()), ("source", gap.Source),
                    ("records", gap.Records), ("from", Gap.Time(gap.FromTicks)), ("to", Gap.Time(gap.ToTicks)));
            }
        }

        _total += lines;
        if (lines > 0)
        {
            report.Add(
                "file", ("host", host), ("path", Path.GetRelativePath(folder, file)), ("lines", lines), ("first", first), ("last", last));
        }
    }

    // Retention may delete a file, and upkeep compress it, between the listing and the reading.
    private static IEnumerable<string> LinesOf(string file)
    {
        var path = File.Exists(file) || !File.Exists(file + Gz) ? file : file + Gz;
        if (!File.Exists(path))
        {
            yield break;
        }

        using var plain = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using Stream stream = path.EndsWith(Gz, StringComparison.Ordinal) ? new GZipStream(plain, CompressionMode.Decompress) : plain;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private bool IsOfHost(string line)
    {
        var end = line.Length > HostAt ? line.IndexOf(' ', HostAt) : -1;
        if (end < 0 || end - HostAt > _column.Length / 4)
        {
            return false;
        }

        var column = Encoding.UTF8.GetBytes(line, HostAt, end - HostAt, _column, 0);
        Span<byte> plain = stackalloc byte[_column.Length];
        return plain[..LineReader.Unescape(_column.AsSpan(0, column), plain, out _)].SequenceEqual(_host);
    }

    private static bool TryReadGap(string line, out Gap gap)
    {
        gap = null!;
        var match = GapLine().Match(line, HostAt);
        if (!match.Success || !DropReasons.TryParse(match.Groups["reason"].Value, out var reason)
            || !TryReadTime(match.Groups["from"].Value, out var from) || !TryReadTime(match.Groups["to"].Value, out var to)
            || !long.TryParse(match.Groups["records"].Value, CultureInfo.InvariantCulture, out var records)
            || !long.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        gap = new Gap(match.Groups["run"].Value, number, reason, match.Groups["source"].Value, records, from, to);
        return true;
    }

    private static bool TryReadTime(string text, out long ticks)
    {
        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time);
        ticks = time.UtcTicks;
        return isTime;
    }

    [GeneratedRegex(@"\G\S+ actorlog: gap: (?<records>\d+) records dropped, reason=(?<reason>\S+) source=(?<source>\S+)"
        + @" from=(?<from>\S+) to=(?<to>\S+) id=(?<run>[0-9a-f]+)/(?<number>\d+)$")]
    private static partial Regex GapLine();
}
