using System.IO.Compression;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>How compression must not be done: the copy is neither synced nor read back when the original goes.</summary>
internal static class UnprovedCompression
{
    public static void Run(IStore store, DateTimeOffset settled)
    {
        foreach (var name in store.List(""))
        {
            if (SegmentName.TryParse(name, out var segment) && !segment.Compressed && segment.SealedAt <= settled
                && store.TryCreate(name + SegmentName.CompressedSuffix) is { } archive)
            {
                using (archive)
                {
                    archive.Append(Compress(store, name));
                }

                store.Delete(name);
                store.SyncDirectory("");
            }
        }
    }

    private static byte[] Compress(IStore store, string name)
    {
        using var file = store.TryOpen(name, readOnly: true)!;
        var bytes = new byte[file.Status().Length];
        file.ReadAt(0, bytes);
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}
