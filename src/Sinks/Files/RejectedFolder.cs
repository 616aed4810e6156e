using System.Globalization;
using System.Text;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>What became of bytes that were to be set aside.</summary>
public enum RejectedOutcome
{
    /// <summary>They stand in a file of their own, durably.</summary>
    Kept,
    /// <summary>They stood there before.</summary>
    KeptBefore,
    /// <summary>The folder is at its limit: what it holds is kept, these are not.</summary>
    Full,
}

/// <summary>
/// Keeps raw, for a person to look at, what cannot be read or is not taken: a durable file for each, the oldest first, and
/// nothing more at the limit. Any thread.
/// </summary>
/// <param name="store">The root.</param>
/// <param name="directory">Where below it; "" for the root itself.</param>
/// <param name="bytesMax">Bytes of all files in it, at most.</param>
public sealed class RejectedFolder(IStore store, string directory, long bytesMax)
{
    private const string UnfinishedSuffix = ".part";

    private readonly Lock _lock = new();
    private long _bytes = -1;

    /// <summary>The limit.</summary>
    public long BytesMax => bytesMax;

    /// <summary>The name of a block of an origin; injective, and a legal name whatever the origin is called.</summary>
    public static string NameOf(string origin, long n)
    {
        var suffix = string.Create(CultureInfo.InvariantCulture, $"-{n}.block");
        var name = new StringBuilder();
        PathEncoding.Append(Encoding.UTF8.GetBytes(origin), '\0', name);
        return PathEncoding.Finish(name.Append(suffix).ToString(), suffix);
    }

    /// <summary>Keeps bytes under a name, durably when this returns.</summary>
    /// <exception cref="StorageException">The disk refused: nothing stands under the name.</exception>
    public RejectedOutcome Keep(string name, ReadOnlySpan<byte> bytes)
    {
        var path = StorePath.Join(directory, name);
        lock (_lock)
        {
            if (store.Status(path) is not null)
            {
                return RejectedOutcome.KeptBefore;
            }

            _bytes = _bytes < 0 ? Count() : _bytes;
            if (_bytes + bytes.Length > bytesMax)
            {
                return RejectedOutcome.Full;
            }

            Write(path, bytes);
            _bytes += bytes.Length;
            return RejectedOutcome.Kept;
        }
    }

    private void Write(string path, ReadOnlySpan<byte> bytes)
    {
        // What a crash left of an earlier attempt is no file yet.
        var unfinished = path + UnfinishedSuffix;
        store.Delete(unfinished);
        using (var file = store.TryCreate(unfinished)
            ?? throw new StorageException("create", unfinished, "EEXIST", "someone else has made it"))
        {
            file.Append(bytes);
            file.Sync();
        }

        store.Rename(unfinished, path);
        store.SyncDirectory(directory);
    }

    private long Count() => store.List(directory)
        .Select(name => StorePath.Join(directory, name))
        .Where(StorePath.IsLegal)
        .Sum(path => store.Status(path) is { Kind: FileKind.File } status ? status.Length : 0);
}
