namespace ActorLog.Testing.Simulation;

/// <summary>
/// What a schedule may come upon, counted: schedules that never come near the edge of a rule prove nothing about it.
/// </summary>
public enum Happening
{
    /// <summary>A part came that was durable already.</summary>
    Repeat,
    /// <summary>A part came again while it was on its way to the journal.</summary>
    RepeatInFlight,
    /// <summary>A part came whose predecessor never had.</summary>
    Resend,
    /// <summary>A part was put off: too much waits for a checkpoint.</summary>
    Later,
    /// <summary>A message between nodes was lost.</summary>
    MessageLost,
    /// <summary>A message between nodes came twice.</summary>
    MessageRepeated,
    /// <summary>A message between nodes overtook others.</summary>
    MessageOvertook,
    /// <summary>An edge connected while parts were in flight by another connection.</summary>
    ReconnectInFlight,
    /// <summary>An edge was killed.</summary>
    EdgeKilled,
    /// <summary>A spool lost rows that it had called durable.</summary>
    SpoolLostTail,
    /// <summary>Deleted rows of a spool came back.</summary>
    SpoolRowsCameBack,
    /// <summary>A block of the spool was damaged.</summary>
    SpoolRowDamaged,
    /// <summary>An edge skipped numbers that hold nothing to be delivered.</summary>
    NumbersSkipped,
    /// <summary>A batch was dropped, and counted, because the spool was full.</summary>
    SpoolFull,
    /// <summary>The journal was left to a copy without the last commits.</summary>
    JournalWentBack,
    /// <summary>The fence refused a write.</summary>
    FencedWrite,
    /// <summary>A refused write took those of other partitions with it.</summary>
    GroupRefused,
    /// <summary>A write failed and was stored all the same.</summary>
    StoredUnseen,
    /// <summary>A write failed and arrived later.</summary>
    LateWrite,
    /// <summary>A partition was recovered.</summary>
    Recovery,
    /// <summary>A recovery was done again: the journal had changed under it.</summary>
    RecoveredAgain,
    /// <summary>A partition handed over in order.</summary>
    HandOver,
    /// <summary>A partition ended with work in hand.</summary>
    ForcedStop,
    /// <summary>A partition was woken for what it owed its files.</summary>
    Woken,
    /// <summary>The watermark of an ended origin was forgotten.</summary>
    OriginForgotten,
    /// <summary>The power failed.</summary>
    PowerLoss,
    /// <summary>A recovery cut uncommitted lines.</summary>
    Cut,
    /// <summary>A file ended within a line.</summary>
    TornTail,
    /// <summary>A checkpoint was stored.</summary>
    Checkpoint,
    /// <summary>A sealed file got its final name.</summary>
    Rename,
    /// <summary>A recovery completed a rename.</summary>
    RenameCompleted,
    /// <summary>A rename was lost with the power.</summary>
    RenameLost,
    /// <summary>A sync of a file failed, and its pages with it.</summary>
    SyncFailed,
    /// <summary>An append failed, perhaps in the middle.</summary>
    AppendFailed,
    /// <summary>Another call of the disk failed.</summary>
    DiskFailed,
    /// <summary>A segment was compressed.</summary>
    Compressed,
    /// <summary>Retention deleted a segment.</summary>
    Retained,
    /// <summary>Someone else moved, cut, extended or deleted a file.</summary>
    ForeignHand,
}
