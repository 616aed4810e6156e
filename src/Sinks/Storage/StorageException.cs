namespace ActorLog.Sinks.Storage;

/// <summary>The disk refused: which operation, on which path, and why.</summary>
public sealed class StorageException : IOException
{
    /// <summary>Makes one; the path is relative to the root, or the root itself.</summary>
    public StorageException(string operation, string path, string error, string? remark = null, Exception? inner = null)
        : base($"{operation} {path}: {error}{(remark is null ? "" : $" ({remark})")}", inner)
    {
        Operation = operation;
        Path = path;
        Error = error;
    }

    /// <summary>create, open, append, read, truncate, sync, sync directory, rename, delete, list, status or lock.</summary>
    public string Operation { get; }

    /// <summary>The path below the root, or the root's own.</summary>
    public string Path { get; }

    /// <summary>The error's name, such as ENOSPC.</summary>
    public string Error { get; }
}
