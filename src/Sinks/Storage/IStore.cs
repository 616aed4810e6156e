namespace ActorLog.Sinks.Storage;

/// <summary>
/// The narrow seam to the disk: files below one root. Paths are relative, with '/' between names; one that is empty,
/// absolute or holds '.', '..' or an empty name is an <see cref="ArgumentException"/>. No link below the root is
/// followed. Every failure of the disk is a <see cref="StorageException"/>. One thread per file; the store itself may
/// be shared.
/// </summary>
public interface IStore : IDisposable
{
    /// <summary>The random id of the data root, made once and kept in it.</summary>
    Guid RootId { get; }

    /// <summary>
    /// Makes a new empty file for reading and appending (mode 0640), and the directories above it (mode 0750). New
    /// directories are durable when this returns; the file's own entry is after <see cref="SyncDirectory"/>.
    /// </summary>
    /// <returns>Null when something stands at the path already.</returns>
    IStoreFile? TryCreate(string path);

    /// <summary>Opens a regular file for reading and appending, or only for reading.</summary>
    /// <returns>Null when nothing stands at the path.</returns>
    /// <exception cref="StorageException">Also when what stands there is a link (ELOOP) or no regular file (EINVAL).</exception>
    IStoreFile? TryOpen(string path, bool readOnly = false);

    /// <summary>What a path names now; a link is not followed. Null for nothing.</summary>
    FileStatus? Status(string path);

    /// <summary>The names in a directory ("" for the root), sorted by their code units; none when it does not exist.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Renames without replacing; durable after <see cref="SyncDirectory"/> of both directories.</summary>
    /// <exception cref="StorageException">EEXIST when something stands at the new path, ENOENT when nothing at the old.</exception>
    void Rename(string path, string newPath);

    /// <summary>Removes a file.</summary>
    /// <returns>False when nothing stood there.</returns>
    bool Delete(string path);

    /// <summary>Makes the entries of a directory ("" for the root) durable: what was created, renamed or removed in it.</summary>
    void SyncDirectory(string directory);
}
