using System.IO.Enumeration;

namespace ActorLog.Node.Verifying;

/// <summary>The files below some folders, each once. Links are not followed: what lies inside is found without them.</summary>
internal sealed class FolderFiles
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
    };

    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly List<string> _outside = [];

    private FolderFiles()
    {
    }

    /// <summary>Regular files, absolute and without a link in their paths.</summary>
    public IReadOnlySet<string> Files => _files;

    /// <summary>Links that lead out of their folder, with where they lead.</summary>
    public IReadOnlyList<string> Outside => _outside;

    /// <summary>Lists them; a folder that is not there has none.</summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static FolderFiles Below(IEnumerable<string> folders)
    {
        var found = new FolderFiles();
        foreach (var root in folders.Select(RealPath.Of).Distinct(StringComparer.Ordinal).Where(Directory.Exists))
        {
            found.Add(root);
        }
        return found;
    }

    private void Add(string root)
    {
        var entries = new FileSystemEnumerable<(string Path, bool IsLink)>(
            root, static (ref FileSystemEntry entry) => (entry.ToFullPath(), IsLink(ref entry)), All)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => IsLink(ref entry) || !entry.IsDirectory,
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        foreach (var (path, isLink) in entries)
        {
            if (!isLink)
            {
                _files.Add(path);
                continue;
            }
            var target = RealPath.Of(path);
            if (target != root && !target.StartsWith(Path.Join(root, "/"), StringComparison.Ordinal))
            {
                _outside.Add($"{path} -> {target}");
            }
        }
    }

    private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;
}
