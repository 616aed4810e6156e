namespace ActorLog.Sinks.Files;

/// <summary>What a journal holds of an active segment: up to here it is durable and what follows may be cut.</summary>
/// <param name="Inode">Which file (<c>FileIdentity.Inode</c>).</param>
/// <param name="Length">Bytes that are committed.</param>
/// <param name="TailChecksum"><see cref="LogFile.TailChecksum"/> at that length; null, and then not compared, before the first checkpoint.</param>
public readonly record struct CommittedFile(ulong Inode, long Length, ulong? TailChecksum)
{
    /// <summary>Whether its end tells it from another file, which may have its inode when it was deleted by someone.</summary>
    public bool IsProven => TailChecksum is not null && Length > 0;
}
