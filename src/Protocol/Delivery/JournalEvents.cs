namespace ActorLog.Protocol.Delivery;

/// <summary>A fact in a partition's journal. Immutable; <see cref="JournalCodec"/> has the bytes.</summary>
public abstract record JournalEvent;

/// <summary>A part of an origin's stream: durable, hence acked; the files are a projection of it.</summary>
/// <param name="Origin">The spool's run that accepted the records.</param>
/// <param name="N">The block's number in it.</param>
/// <param name="Prev">The number of that origin which this partition got before, by the same stream; null for none.</param>
/// <param name="Edge">The edge that delivered it.</param>
/// <param name="ReceivedTicks">When the aggregator received it, UTC ticks of 100 ns.</param>
/// <param name="Records">How many records the block holds.</param>
/// <param name="FirstOrdinal">Records of the origin before this block.</param>
/// <param name="Block">The block as the edge made it.</param>
public sealed record PartStored(
    string Origin, long N, long? Prev, string Edge, long ReceivedTicks, int Records, long FirstOrdinal,
    ReadOnlyMemory<byte> Block) : JournalEvent;

/// <summary>An owner's first act after recovery: before it is stored no file is written or cut, nothing acked or deleted.</summary>
/// <param name="RootId">The random id of the owner's data root.</param>
/// <param name="NodeName">Where that root is mounted now.</param>
/// <param name="Epoch">One more than the last owner's.</param>
public sealed record Owned(string RootId, string NodeName, long Epoch) : JournalEvent;

/// <summary>A file will be written: stored before its first byte.</summary>
/// <param name="FileNumber">Its number in the table, never used again.</param>
/// <param name="RootId">The data root that it lies in.</param>
/// <param name="Path">Its path below the root.</param>
/// <param name="Device">The device, as stat says; for people, since it may change at a mount.</param>
/// <param name="Inode">The inode: who the file is, whatever its name.</param>
/// <param name="BaseLength">Its length when it was opened; what lies below is never cut.</param>
public sealed record FileOpened(
    long FileNumber, string RootId, string Path, ulong Device, ulong Inode, long BaseLength) : JournalEvent;

/// <summary>
/// The commit: all parts up to <paramref name="Through"/> stand in synced files of just these lengths. Files that did
/// not change since the last one are left out.
/// </summary>
/// <param name="Through">The sequence number of the last event that the lengths contain.</param>
/// <param name="AtTicks">When the files had been synced, UTC ticks of 100 ns.</param>
/// <param name="Files">The files that grew or are sealed.</param>
/// <param name="Retired">Numbers of sealed files whose renaming is synced: they leave the table.</param>
public sealed record Checkpointed(
    long Through, long AtTicks, IReadOnlyList<FileCommit> Files, IReadOnlyList<long> Retired) : JournalEvent;

/// <summary>A file's committed state.</summary>
/// <param name="FileNumber">Which one.</param>
/// <param name="Length">Its length, bytes.</param>
/// <param name="TailChecksum">CRC-32C of its last 64 KiB, or of all of it when it is shorter.</param>
/// <param name="SealedAs">The final name, when it is sealed: stored before the rename, so that recovery can complete it.</param>
public sealed record FileCommit(long FileNumber, long Length, uint TailChecksum, string? SealedAs);

/// <summary>An edge said farewell: the origin is settled to its end and sends nothing more.</summary>
/// <param name="Origin">Which one.</param>
/// <param name="AtTicks">When, UTC ticks of 100 ns.</param>
public sealed record OriginEnded(string Origin, long AtTicks) : JournalEvent;
