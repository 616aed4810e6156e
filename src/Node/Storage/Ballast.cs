namespace ActorLog.Node.Storage;

/// <summary>
/// A file that takes room and holds nothing. SQLite needs some for its log before a delete can free any: on a volume that is full
/// to the last byte this one is given up for it, and taken again when there is room.
/// </summary>
internal sealed class Ballast(string path)
{
    /// <summary>As much as the log of a delete of thousands of blocks takes.</summary>
    public const int Bytes = 1 << 20;

    private bool _isLoaded;

    /// <summary>Takes the room, when there is that much and it is not taken.</summary>
    public void Load()
    {
        if (_isLoaded || new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < 4 * Bytes)
        {
            return;
        }

        // Written, not set to a length: a sparse file takes no room.
        File.WriteAllBytes(path, new byte[Bytes]);
        _isLoaded = true;
    }

    /// <summary>Gives it up.</summary>
    public void Drop()
    {
        File.Delete(path);
        _isLoaded = false;
    }
}
