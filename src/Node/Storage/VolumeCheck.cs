namespace ActorLog.Node.Storage;

/// <summary>Where a database may not lie: its log is shared memory and its locks are the kernel's own.</summary>
internal static class VolumeCheck
{
    /// <summary>Refuses a path on a network file system.</summary>
    /// <exception cref="StartFaultException">It is one.</exception>
    public static void Refuse(string path, Func<string, DriveType> typeOf)
    {
        if (typeOf(Path.GetDirectoryName(path)!) == DriveType.Network)
        {
            throw new StartFaultException(
                $"{path} is on a network file system, where locks and write-ahead logging cannot be relied upon",
                "Put it on a local volume: actorlog.spool.path, actorlog.aggregator.journal.");
        }
    }

    /// <summary>The type of the volume that a folder is on.</summary>
    public static DriveType TypeOf(string folder) => new DriveInfo(folder).DriveType;
}
