namespace ActorLog.Sinks.Storage;

/// <summary>An open file of an <see cref="IStore"/>. Disposing closes it and syncs nothing.</summary>
public interface IStoreFile : IDisposable
{
    /// <summary>The path by which it was opened.</summary>
    string Path { get; }

    /// <summary>What the file is now, whatever its path names.</summary>
    FileStatus Status();

    /// <summary>
    /// Writes all bytes behind the file's real end, so that a file which another program has cut gets no hole.
    /// </summary>
    /// <exception cref="StorageException">A part of the bytes may stand in the file.</exception>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Reads from an offset until the destination is full or the file ends.</summary>
    /// <returns>Bytes read; fewer than asked for only at the end.</returns>
    int ReadAt(long offset, Span<byte> destination);

    /// <summary>Cuts the file. It is never extended: a length above the real one is a <see cref="StorageException"/> (EINVAL).</summary>
    void Truncate(long length);

    /// <summary>
    /// Makes content and length durable. After a failure the system may have forgotten what it did not write: the caller
    /// drops the handle and goes back to what it knows to be durable, and never syncs again as if nothing were.
    /// </summary>
    void Sync();
}
