using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Compresses a sealed segment so that a crash at any step loses nothing: to a temporary, sync, read back and compare,
/// rename without replacing, sync the directory, and only then remove the original. Running it again after a crash goes
/// on from what stands: a temporary is made anew; where both stand, a copy that proves whole wins.
/// </summary>
public static class ArchiveCompression
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Compresses a segment, or finishes what an earlier run began.</summary>
    /// <param name="store">The store.</param>
    /// <param name="path">The sealed segment's path, without the suffix of the compressed form.</param>
    /// <param name="cancellation">Looked at for each 128 KiB; the original then stands as it was.</param>
    /// <returns>Bytes of the compressed segment; null when neither form stands.</returns>
    /// <exception cref="StorageException">The disk refused; the original stands, unless its copy was proved and durable.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long? Compress(IStore store, string path, CancellationToken cancellation)
    {
        var archive = path + SegmentName.CompressedSuffix;
        var temporary = archive + SegmentName.TemporarySuffix;
        var directory = StorePath.DirectoryOf(path);
        store.Delete(temporary);
        using (var original = store.TryOpen(path, readOnly: true))
        {
            if (original is null)
            {
                return store.Status(archive)?.Length;
            }

            if (store.Status(archive) is null)
            {
                WriteArchive(store, original, temporary, cancellation);
                CrashPoint.Pass("agg.compress-before-rename");
                store.Rename(temporary, archive);
            }
            else if (!IsCopy(store, archive, Content.Of(original, null, cancellation), cancellation))
            {
                store.Delete(archive);
                store.SyncDirectory(directory);
                WriteArchive(store, original, temporary, cancellation);
                store.Rename(temporary, archive);
            }
        }

        store.SyncDirectory(directory);
        CrashPoint.Pass("agg.compress-before-delete");
        store.Delete(path);
        return store.Status(archive)?.Length;
    }

    private static void WriteArchive(IStore store, IStoreFile original, string temporary, CancellationToken cancellation)
    {
        try
        {
            Content content;
            using (var file = store.TryCreate(temporary) ?? throw new StorageException("create", temporary, "EEXIST"))
            {
                using (var gzip = new GZipStream(new StoreFileStream(file, writing: true), CompressionLevel.Optimal))
                {
                    content = Content.Of(original, gzip, cancellation);
                    CrashPoint.Pass("agg.compress-mid");
                }

                file.Sync();
            }

            if (!IsCopy(store, temporary, content, cancellation))
            {
                throw new StorageException("read", temporary, "EIO", "the compressed copy does not hold what was written");
            }
        }
        catch
        {
            TryDelete(store, temporary);
            throw;
        }
    }

    private static void TryDelete(IStore store, string temporary)
    {
        try
        {
            store.Delete(temporary);
        }
        catch (StorageException)
        {
            // The failure that led here is the one to report; the next run removes the temporary.
        }
    }

    private static bool IsCopy(IStore store, string archive, Content expected, CancellationToken cancellation)
    {
        using var file = store.TryOpen(archive, readOnly: true);
        if (file is null)
        {
            return false;
        }

        try
        {
            using var gzip = new GZipStream(new StoreFileStream(file, writing: false), CompressionMode.Decompress);
            return Content.Of(gzip, null, cancellation) == expected;
        }
        catch (InvalidDataException)
        {
            // Not whole, or not gzip: no copy.
            return false;
        }
    }

    /// <summary>What is compared: length and hash.</summary>
    private readonly record struct Content(long Length, UInt128 Hash)
    {
        internal static Content Of(IStoreFile file, Stream? copy, CancellationToken cancellation)
        {
            using var stream = new StoreFileStream(file, writing: false);
            return Of(stream, copy, cancellation);
        }

        internal static Content Of(Stream source, Stream? copy, CancellationToken cancellation)
        {
            var hash = new XxHash128();
            var length = 0L;
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                int read;
                while ((read = source.Read(buffer, 0, BufferBytes)) > 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    hash.Append(buffer.AsSpan(0, read));
                    copy?.Write(buffer, 0, read);
                    length += read;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            return new Content(length, hash.GetCurrentHashAsUInt128());
        }
    }
}
