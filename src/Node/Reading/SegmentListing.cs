using ActorLog.Sinks.Files;

namespace ActorLog.Node.Reading;

/// <summary>What a data root has of a host.</summary>
/// <param name="RootId">The root's random id, as journals have it.</param>
/// <param name="Node">The name of the node that has it.</param>
/// <param name="Files">The host's files; what is said of one afterwards names its place in this list.</param>
/// <param name="Near">A host of another name that has files, when this one has none and that one may be meant.</param>
internal sealed record SegmentListing(string RootId, string Node, IReadOnlyList<HostFile> Files, string? Near);

/// <summary>How a file of a listing was opened.</summary>
internal enum SegmentOpening
{
    /// <summary>It is there no more.</summary>
    Gone,
    /// <summary>Its lines as they are.</summary>
    Plain,
    /// <summary>gzip: it may have been compressed since it was listed.</summary>
    Compressed,
}

/// <summary>A data root that is read: on this machine's disk, or through the node that has it. One thread; one file at a time.</summary>
internal interface ISegmentSource : IDisposable
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Whether it has gone away: nothing more can be read of it.</summary>
    bool IsOver { get; }

    /// <summary>Lists a host's files.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    SegmentListing List(ReadOnlySpan<byte> host);

    /// <summary>Opens a file of the last listing, in place of the one that was open.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    SegmentOpening Open(int place);

    /// <summary>Reads bytes of the open file as they lie on disk; none at its end, and fewer than asked for at any time.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    int Read(long offset, Span<byte> destination);
}
