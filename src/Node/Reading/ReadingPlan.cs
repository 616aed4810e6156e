using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Reading;

/// <summary>
/// Which files hold a host's lines, in the order in which they were stored, out of what the roots have and what the journal says.
/// A sealed file is whole. One that is not sealed counts up to its committed length: what lies behind is either not
/// durable yet, or an earlier owner's and stands elsewhere too (decision 0023). Pure.
/// </summary>
/// <param name="Segments">Log by log, each in its order.</param>
/// <param name="Lacking">What is not in them and should be, a sentence each.</param>
internal sealed record ReadingPlan(IReadOnlyList<HostSegment> Segments, IReadOnlyList<string> Lacking)
{
    /// <summary>Makes it.</summary>
    /// <param name="roots">What each root has, read after the table.</param>
    /// <param name="table">The files of the host's partition; null: the journal cannot be read, and what is not sealed is left out.</param>
    /// <param name="paths">Which of the partition's files are the host's.</param>
    /// <param name="areAllRootsHere">Whether all nodes were asked: a root that is not among them is nobody's.</param>
    /// <param name="nowTicks">Now, UTC ticks.</param>
    public static ReadingPlan Of(
        IReadOnlyList<SegmentListing> roots, IReadOnlyCollection<FileEntry>? table, HostPaths paths, bool areAllRootsHere, long nowTicks)
    {
        var making = new Making(roots, table, nowTicks);
        foreach (var entry in (table ?? []).Where(entry => paths.IsMatch(entry.Opened.Path, out _)))
        {
            making.Add(entry, areAllRootsHere);
        }

        making.AddSealed();
        making.AddUnknown();
        return new ReadingPlan(
            [.. making.Segments.OrderBy(static s => s.File.Log, StringComparer.Ordinal).ThenBy(static s => s.Number)
                .ThenBy(static s => s.WrittenByTicks)],
            making.Lacking);
    }

    private sealed class Making(IReadOnlyList<SegmentListing> roots, IReadOnlyCollection<FileEntry>? table, long nowTicks)
    {
        // A file whose number is not known: an older program opened it, and it is the last of its log until it is sealed.
        private const long Last = long.MaxValue;

        private readonly HashSet<(int Root, int Place)> _known = [];

        public List<HostSegment> Segments { get; } = [];

        public List<string> Lacking { get; } = [];

        public void Add(FileEntry entry, bool areAllRootsHere)
        {
            var root = Index(roots, listing => listing.RootId == entry.Opened.RootId);
            if (root < 0)
            {
                if (areAllRootsHere && entry.Length > 0)
                {
                    Lacking.Add($"{entry.Length} bytes of {entry.Opened.Path} lie in data root {entry.Opened.RootId}, which no aggregator has");
                }

                return;
            }

            var files = roots[root].Files;
            if (entry.SealedAs is { } final && files.Any(file => PlainPath(file) == final))
            {
                return;
            }

            var place = Index(files, file => file.Inode == entry.Opened.Inode);
            if (place >= 0 && files[place].Sealed is not null)
            {
                // Sealed since the journal was read.
                return;
            }

            if (place < 0)
            {
                // A sealed file goes by retention; any other is somebody's doing.
                if (entry.SealedAs is null && entry.Length > 0)
                {
                    Lacking.Add($"{entry.Opened.Path} on {roots[root].Node}, with {entry.Length} bytes that are committed, is not there");
                }

                return;
            }

            _known.Add((root, place));
            var number = entry.SealedAs is { } name && SegmentName.TryParse(StorePath.NameOf(name), out var segment) ? segment.Number
                : entry.OpenedAt > 0 ? entry.OpenedAt : Last;
            if (entry.Length > 0)
            {
                Segments.Add(new HostSegment(root, place, files[place], number, entry.Length, nowTicks));
            }
        }

        public void AddSealed()
        {
            for (var root = 0; root < roots.Count; root++)
            {
                var originals = roots[root].Files.Select(static file => file.Path).ToHashSet(StringComparer.Ordinal);
                for (var place = 0; place < roots[root].Files.Count; place++)
                {
                    // While both stand the compressed one is not proved yet.
                    var file = roots[root].Files[place];
                    if (file.Sealed is { } name && (!name.Compressed || !originals.Contains(PlainPath(file))))
                    {
                        Segments.Add(new HostSegment(root, place, file, name.Number, null, name.SealedAt.UtcTicks));
                    }
                }
            }
        }

        public void AddUnknown()
        {
            for (var root = 0; root < roots.Count; root++)
            {
                for (var place = 0; place < roots[root].Files.Count; place++)
                {
                    var file = roots[root].Files[place];
                    if (file is { Sealed: null, Bytes: > 0 } && !_known.Contains((root, place)))
                    {
                        Lacking.Add(table is null
                            ? $"{file.Path} on {roots[root].Node} is left out: it is not sealed, and only the journal knows how much of it is committed"
                            : $"{file.Path} on {roots[root].Node} is left out: the journal knows nothing of its {file.Bytes} bytes");
                    }
                }
            }
        }

        private static string PlainPath(HostFile file) => file.Sealed is { Compressed: true }
            ? file.Path[..^SegmentName.CompressedSuffix.Length] : file.Path;

        private static int Index<T>(IReadOnlyList<T> items, Func<T, bool> isIt)
        {
            for (var i = 0; i < items.Count; i++)
            {
                if (isIt(items[i]))
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
