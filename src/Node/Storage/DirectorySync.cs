using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Storage;

/// <summary>Makes durable what was made and renamed outside a store's root.</summary>
internal static class DirectorySync
{
    /// <summary>The names in the folder of a file.</summary>
    public static void Of(string path) => SystemStore.SyncDirectory(Path.GetDirectoryName(path)!);

    /// <summary>A file's content.</summary>
    public static void OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }
}
