namespace ActorLog.Testing.Simulation.Projection;

/// <summary>Mistakes that the wiring around the real files can be told to make; the simulation must find each.</summary>
public enum ProjectionBug
{
    None,
    /// <summary>Recovery appends behind whatever stands in the file.</summary>
    TailKept,
    /// <summary>A file is committed without a sync.</summary>
    CommittedWithoutSync,
    /// <summary>A sync that failed is done again on the same file, and believed.</summary>
    SyncRetried,
    /// <summary>A file gets lines before <c>FileOpened</c> is stored.</summary>
    LinesBeforeFileOpened,
    /// <summary>A file that was idle leaves the table and is written on.</summary>
    IdleFileDropped,
    /// <summary>What stood in a file before it was opened is called ours.</summary>
    BaseIgnored,
    /// <summary>Recovery cuts what stands at the path, whoever it is.</summary>
    CutByPath,
    /// <summary>A rename comes before its intent is in the journal.</summary>
    RenamedBeforeIntent,
    /// <summary>A sealed file gets a name that is not its alone, and replaces what bears it.</summary>
    RenameReplaces,
    /// <summary>A renamed file leaves the table before its directory is synced.</summary>
    RenameNotSynced,
    /// <summary>The original is deleted before its compressed copy is durable and proved.</summary>
    OriginalDeletedUnproved,
    /// <summary>A commit covers parts that stand in no file yet.</summary>
    CommitAheadOfFiles,
    /// <summary>A partition that begins anew has let its files go: one that was moved before its first checkpoint keeps its lines.</summary>
    HandleDropped,
}
