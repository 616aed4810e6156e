namespace ActorLog.Sinks.Files;

/// <summary>A file that holds lines of a host.</summary>
/// <param name="Log">The path of the active segment that it is, or was before it was sealed.</param>
/// <param name="Path">Its path below the root.</param>
/// <param name="Inode">Which file it is.</param>
/// <param name="Bytes">Its length on disk.</param>
/// <param name="ChangedTicks">When it was last written to, UTC ticks.</param>
/// <param name="IsOthersToo">Whether lines of other hosts may stand in it.</param>
public sealed record HostFile(string Log, string Path, ulong Inode, long Bytes, long ChangedTicks, bool IsOthersToo)
{
    /// <summary>What its name says; null for one that is not sealed.</summary>
    public SegmentName? Sealed { get; } =
        Path != Log && SegmentName.TryParse(Storage.StorePath.NameOf(Path), out var name) ? name : null;
}
