using System.Buffers;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Sharding;

/// <summary>To a file actor: these lines are next. The buffer is the file actor's to return.</summary>
internal sealed record AppendLines(byte[] Owned, int Length, BlockLines Block)
{
    /// <summary>Returns the buffer.</summary>
    public void Release() => ArrayPool<byte>.Shared.Return(Owned);
}

/// <summary>To a file actor: go on with this file of the journal's table, cut to its committed length.</summary>
internal sealed record ResumeSegment(FileEntry Entry);

/// <summary>From a file actor: what recovery of a file came to.</summary>
/// <param name="FileNumber">Which file.</param>
/// <param name="IsActive">Whether it goes on; else it leaves the table.</param>
/// <param name="Closed">What it holds, when nothing may be appended to it: it waits to be sealed. Null: lines go on into it.</param>
internal sealed record SegmentResumed(long FileNumber, bool IsActive, CommittedFile? Closed = null);

/// <summary>From a file actor: lines wait for a file number.</summary>
internal sealed record SegmentWanted;

/// <summary>To a file actor: the number of its next file.</summary>
internal sealed record OpenSegment(long FileNumber);

/// <summary>From a file actor: the file stands, and waits to be recorded before its first byte.</summary>
internal sealed record SegmentOpened(long FileNumber, string Path, FileIdentity Identity, long BaseLength);

/// <summary>To a file actor: the journal holds the file; write.</summary>
internal sealed record SegmentRecorded(long FileNumber);

/// <summary>To a file actor, behind all lines of a checkpoint: sync, and say how long the file is.</summary>
/// <param name="Checkpoint">Its number.</param>
/// <param name="SealAs">The final name that the segment is to get; null to go on with it.</param>
internal sealed record CaptureSegment(long Checkpoint, string? SealAs);

/// <summary>From a file actor: durable up to here.</summary>
/// <param name="Checkpoint">The checkpoint's number.</param>
/// <param name="Commit">The file's length; null when there is no file.</param>
internal sealed record SegmentCaptured(long Checkpoint, FileCommit? Commit);

/// <summary>To a file actor: nobody has written for long; hold no descriptor until someone does.</summary>
internal sealed record RestSegment
{
    /// <summary>It says nothing else.</summary>
    public static readonly RestSegment Instance = new();
}

/// <summary>To a file actor: the intent is in the journal; rename, and open the next segment at the next line.</summary>
internal sealed record SealSegment(long FileNumber, string FinalPath);

/// <summary>From a file actor: the rename is durable; the file leaves the table at the next checkpoint.</summary>
internal sealed record SegmentSealed(long FileNumber, string FinalPath);

/// <summary>From a file or rotation actor: the turn of this file has come.</summary>
internal sealed record RotationDue;

/// <summary>From a file actor: the disk refused.</summary>
internal sealed record FileFailed(Exception Error);

/// <summary>To a rotation actor: the active segment, as it is.</summary>
internal sealed record SegmentGrew(DateTimeOffset OpenedAt, long Length);
