namespace ActorLog.Node.Storage;

/// <summary>Sizes of a SQLite page.</summary>
internal static class PageSize
{
    /// <summary>What this program makes: a block is many pages, and the log is written page by page.</summary>
    public const int Default = 16384;

    /// <summary>What earlier versions of it made.</summary>
    public const int Former = 4096;

    /// <summary>Whether a database can have pages of so many bytes.</summary>
    public static bool IsOne(int bytes) => bytes is >= 512 and <= 65536 && (bytes & (bytes - 1)) == 0;
}
