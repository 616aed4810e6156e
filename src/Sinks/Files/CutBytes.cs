using System.Buffers;
using System.Globalization;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Keeps aside what a recovery is about to cut, when its journal was salvaged: most of it comes again, but what had been
/// settled stands nowhere else.
/// </summary>
public static class CutBytes
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Copies the bytes behind the committed length, durably.</summary>
    /// <returns>The copy's path, a hidden one that nothing takes for a segment; null when there is nothing to cut.</returns>
    public static string? Keep(IStore store, string path, ulong inode, long committed, DateTimeOffset now)
    {
        using var file = store.TryOpen(path, readOnly: true);
        var status = file?.Status();
        if (file is null || status?.Identity.Inode != inode || status?.Length <= committed)
        {
            return null;
        }

        var directory = StorePath.DirectoryOf(path);
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var aside = StorePath.Join(directory, $".cut-{stamp}-{committed}-{StorePath.NameOf(path)}");
        using var copy = store.TryCreate(aside);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var at = committed; copy is not null && file.ReadAt(at, piece) is > 0 and var read; at += read)
            {
                copy.Append(piece.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        copy?.Sync();
        store.SyncDirectory(directory);
        return aside;
    }
}
