namespace ActorLog.Sinks.Storage;

/// <summary>What stands at a path or behind a handle.</summary>
/// <param name="Identity">Which file.</param>
/// <param name="Kind">Whether it is a file at all.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When the content was last changed.</param>
public readonly record struct FileStatus(FileIdentity Identity, FileKind Kind, long Length, DateTimeOffset Modified);

/// <summary>What a directory's entry can be.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    File,
    /// <summary>A directory.</summary>
    Directory,
    /// <summary>A link, a device, a pipe, a socket.</summary>
    Other,
}
