namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>Mistakes that the model's wiring can be told to make; the simulation must find each.</summary>
public enum DeliveryBug
{
    None,
    /// <summary>A part is acked when it is taken.</summary>
    AckBeforePersist,
    /// <summary>A bare watermark: the number before is not passed on.</summary>
    NoChain,
    /// <summary>A repeat of what is in flight is acked at once.</summary>
    AckPastDurable,
    /// <summary>Recovery appends behind whatever stands in the files.</summary>
    NoCutOnRecovery,
    /// <summary>Parts behind the last checkpoint are not written again.</summary>
    NoProjectionOnRecovery,
    /// <summary>A snapshot is saved under the number of the moment, not the one it was captured at.</summary>
    SnapshotAtCallTime,
    /// <summary>The fence is the row alone, so a delete opens the numbers again.</summary>
    FenceByRowAlone,
    /// <summary>The commit stands in the snapshot and is no event, so that no fence sees it.</summary>
    CommitInSnapshotOnly,
    /// <summary>A file gets bytes before it stands in the table.</summary>
    WriteBeforeFileOpened,
    /// <summary>The checkpoint is stored before the files are synced.</summary>
    CheckpointBeforeSync,
    /// <summary>A renamed file leaves the table before its directory is synced.</summary>
    RetiredBeforeDirectorySync,
    /// <summary>A restarted spool goes on with the numbers of a run that lost its tail.</summary>
    OriginReused,
    /// <summary>Behind a hole the edge opens a new stream, though what it sent before the hole is not stored.</summary>
    FloorBehindHole,
    /// <summary>The gateway begins the chain anew behind a hole.</summary>
    NoChainBehindHole,
    /// <summary>"All that I hold is settled" is taken for all that will ever come.</summary>
    SettledWithoutMark,
    /// <summary>What is settled is said by one who may no longer be the owner.</summary>
    SettledWithoutProof,
    /// <summary>A recovery believes a journal with holes.</summary>
    GapsBelieved,
    /// <summary>The replay leaves out what an earlier writer wrote when it came back (repair-by-discard-old).</summary>
    OldWriterDiscarded,
    /// <summary>The gateway works out the slot anew, from the connection.</summary>
    SlotRecomputed,
    /// <summary>Files are cut before <c>Owned</c> is stored.</summary>
    CutBeforeOwned,
    /// <summary>One who lost the partition cuts his files to what he knows to be committed.</summary>
    LoserCutsItsTail,
    /// <summary>The spool deletes what is stored, before it is settled.</summary>
    DeleteAtStored,
    /// <summary>Nobody wakes a partition that owes its files something.</summary>
    NoWake,
    /// <summary>Bytes behind the last checkpoint have no limit.</summary>
    NoCap,
    /// <summary>A watermark is forgotten as soon as all of it is settled.</summary>
    ForgottenTooSoon,
    /// <summary>A journal that went back goes by its old timeline: edges begin at what they took for stored.</summary>
    TimelineKept,
}
