using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Compresses the sealed segments of a directory and applies retention, in one pass that may be repeated at any time;
/// the local sink and the aggregator share it. Never touches an active segment. One pass per directory at a time.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="compress">Whether sealed segments are compressed.</param>
/// <param name="retention">Which of them are deleted.</param>
/// <param name="time">The clock by which ages are counted.</param>
public sealed class SegmentUpkeep(IStore store, bool compress, RetentionSettings retention, TimeProvider time)
{
    /// <summary>One pass over all files of a directory: first compression, so that retention counts what it leaves.</summary>
    /// <param name="directory">The directory below the root, "" for the root itself.</param>
    /// <param name="isAllowed">
    /// Whether a segment may be compressed and deleted; an aggregator allows it when the decision to seal is settled,
    /// since before that it may have to cut the segment.
    /// </param>
    /// <param name="cancellation">Looked at between segments and while compressing.</param>
    /// <returns>What was done; a segment that fails is reported and the pass goes on.</returns>
    /// <exception cref="StorageException">The directory could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what was done so far stands.</exception>
    public UpkeepReport Run(string directory, Func<SealedSegment, bool> isAllowed, CancellationToken cancellation)
    {
        var pass = new Pass(directory, isAllowed, cancellation);
        var segments = Find(directory);
        if (compress)
        {
            segments = [.. segments.Select(segment => Compress(segment, pass)).OfType<SealedSegment>()];
        }

        foreach (var file in segments.GroupBy(segment => segment.Name.BaseName, StringComparer.Ordinal))
        {
            foreach (var segment in RetentionPolicy.ToDelete(retention, file, time.GetUtcNow()))
            {
                cancellation.ThrowIfCancellationRequested();
                Delete(segment, pass);
            }
        }

        if (pass.Deleted.Count > 0)
        {
            Attempt(directory, pass, () => store.SyncDirectory(directory));
        }

        return new UpkeepReport(pass.Compressed, pass.Deleted, pass.Failures);
    }

    /// <summary>The sealed segments in a directory, one for each even while both its forms stand.</summary>
    public IReadOnlyList<SealedSegment> Find(string directory)
    {
        var found = new Dictionary<string, SealedSegment>(StringComparer.Ordinal);
        foreach (var name in store.List(directory))
        {
            var path = StorePath.Join(directory, name);
            if (!SegmentName.TryParse(name, out var segment) || !StorePath.IsLegal(path)
                || store.Status(path) is not { Kind: FileKind.File } status)
            {
                continue;
            }

            // The original counts until its compressed copy is proved.
            var key = (segment with { Compressed = false }).ToString();
            if (!segment.Compressed || !found.ContainsKey(key))
            {
                found[key] = new SealedSegment(path, segment, status.Length);
            }
        }

        return [.. found.Values];
    }

    /// <summary>The highest number that a sealed segment of each file in a directory has.</summary>
    public static IReadOnlyDictionary<string, long> LastNumbers(IStore store, string directory)
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in store.List(directory))
        {
            if (SegmentName.TryParse(name, out var segment))
            {
                numbers[segment.BaseName] = Math.Max(segment.Number, numbers.GetValueOrDefault(segment.BaseName));
            }
        }

        return numbers;
    }

    private SealedSegment? Compress(SealedSegment segment, Pass pass)
    {
        if (segment.Name.Compressed || !pass.IsAllowed(segment))
        {
            return segment;
        }

        var result = segment;
        Attempt(segment.Path, pass, () =>
        {
            var bytes = ArchiveCompression.Compress(store, segment.Path, pass.Cancellation);
            result = bytes is null
                ? null
                : new SealedSegment(
                    segment.Path + SegmentName.CompressedSuffix, segment.Name with { Compressed = true }, bytes.Value);
            if (result is not null)
            {
                pass.Compressed.Add(result);
            }
        });
        return result;
    }

    private void Delete(SealedSegment segment, Pass pass)
    {
        if (!pass.IsAllowed(segment))
        {
            return;
        }

        Attempt(segment.Path, pass, () =>
        {
            var plain = segment with { Name = segment.Name with { Compressed = false } };
            var plainPath = plain.Name.PathBeside(segment.Path);
            // All forms of it, the compressed one last but one: a crash in between leaves a segment that goes next time.
            store.Delete(plainPath + SegmentName.CompressedSuffix + SegmentName.TemporarySuffix);
            store.Delete(plainPath + SegmentName.CompressedSuffix);
            store.Delete(plainPath);
            pass.Deleted.Add(segment);
        });
    }

    private static void Attempt(string path, Pass pass, Action act)
    {
        try
        {
            act();
        }
        catch (StorageException failure)
        {
            pass.Failures.Add(new UpkeepFailure(path, failure.Message));
        }
    }

    private sealed record Pass(string Directory, Func<SealedSegment, bool> IsAllowed, CancellationToken Cancellation)
    {
        internal List<SealedSegment> Compressed { get; } = [];

        internal List<SealedSegment> Deleted { get; } = [];

        internal List<UpkeepFailure> Failures { get; } = [];
    }
}
