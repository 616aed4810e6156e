using System.Text;
using System.Text.RegularExpressions;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// The files of one host below a root: which paths a template may give its records. Only folders that can have some are looked
/// into.
/// </summary>
public sealed class HostPaths
{
    // Folders in which hosts' names are looked for: a word of help needs no more.
    private const int NamedFoldersMax = 64;

    private readonly PathTemplate _template;
    private readonly Regex[] _names;
    private readonly Regex[] _certain;

    /// <summary>Of a host.</summary>
    /// <param name="template">The template of the files.</param>
    /// <param name="host">The name that records are filed under.</param>
    public HostPaths(PathTemplate template, ReadOnlySpan<byte> host)
    {
        _template = template;
        _names = template.NamesOf(host, isCutToo: true);
        _certain = template.NamesOf(host, isCutToo: false);
    }

    /// <summary>Whether the path of an active segment may be one of the host's.</summary>
    /// <param name="log">The path.</param>
    /// <param name="isOthersToo">Whether it may be another host's as well: the name was cut, or hosts share it.</param>
    public bool IsMatch(string log, out bool isOthersToo)
    {
        var names = log.Split('/');
        isOthersToo = !_template.UsesHost || !Matches(names, _certain);
        return Matches(names, _names);
    }

    /// <summary>All its files, in the order of their paths.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public IReadOnlyList<HostFile> Find(IStore store)
    {
        var found = new List<HostFile>();
        foreach (var folder in Folders(store, _names.Length - 1))
        {
            foreach (var name in store.List(folder))
            {
                var path = StorePath.Join(folder, name);
                var log = SegmentName.TryParse(name, out var segment) ? StorePath.Join(folder, segment.BaseName) : path;
                if (!name.StartsWith('.') && !name.EndsWith(SegmentName.TemporarySuffix, StringComparison.Ordinal)
                    && StorePath.IsLegal(path) && IsMatch(log, out var isOthersToo)
                    && store.Status(path) is { Kind: FileKind.File } status)
                {
                    found.Add(new HostFile(
                        log, path, status.Identity.Inode, status.Length, status.Modified.UtcTicks, isOthersToo));
                }
            }
        }

        return found;
    }

    /// <summary>Names of hosts that have files, to tell one that is not known which it may be. Not all, where folders are many.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public IReadOnlySet<string> Known(IStore store)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        if (_template.FindHostName() is not { } at)
        {
            return known;
        }

        foreach (var folder in Folders(store, at.Level).Take(NamedFoldersMax))
        {
            foreach (var name in store.List(folder).Where(static name => !name.StartsWith('.')))
            {
                var match = at.Pattern.Match(SegmentName.TryParse(name, out var segment) ? segment.BaseName : name);
                if (match.Success)
                {
                    known.Add(Encoding.UTF8.GetString(PathEncoding.Decode(match.Groups["host"].ValueSpan)));
                }
            }
        }

        return known;
    }

    private IEnumerable<string> Folders(IStore store, int depth) => depth == 0 ? [""] : Folders(store, depth - 1)
        .SelectMany(above => store.List(above).Where(name => _names[depth - 1].IsMatch(name)).Select(name => StorePath.Join(above, name)))
        .Where(folder => StorePath.IsLegal(folder) && store.Status(folder) is { Kind: FileKind.Directory });

    private static bool Matches(string[] names, Regex[] patterns) =>
        names.Length == patterns.Length && names.Zip(patterns).All(static pair => pair.Second.IsMatch(pair.First));
}
