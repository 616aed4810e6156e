namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What a partition must do after replay, in this order: with gaps or faults recover again (three times, then go on with
/// an alarm); persist <see cref="Owned"/>; complete the renames; recover the files; project the parts.
/// </summary>
/// <param name="HighestSequenceNr">The journal's highest number.</param>
/// <param name="Gaps">Numbers that the replay left out, or could not read.</param>
/// <param name="Files">
/// Active files of this root: find by inode, check length and checksum, cut to <see cref="FileEntry.Length"/>; one that
/// is shorter is never extended.
/// </param>
/// <param name="Renames">Sealed files of this root: whatever bears the inode gets the name, without replacing anything.</param>
/// <param name="Foreign">Files of other roots: neither written nor cut here; ask their nodes, then retire them.</param>
/// <param name="Parts">What must be written again, in order, behind the cut files.</param>
/// <param name="Faults">What cannot be in a sound journal.</param>
public sealed record RecoveryPlan(
    long HighestSequenceNr,
    IReadOnlyList<SequenceGap> Gaps,
    IReadOnlyList<FileEntry> Files,
    IReadOnlyList<FileEntry> Renames,
    IReadOnlyList<FileEntry> Foreign,
    IReadOnlyList<PartToProject> Parts,
    IReadOnlyList<string> Faults)
{
    /// <summary>Whether the replay can be believed.</summary>
    public bool IsSound => Gaps.Count == 0 && Faults.Count == 0;
}

/// <summary>Numbers that are missing, both ends included.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last; below <paramref name="From"/> when a number came twice or out of order.</param>
public readonly record struct SequenceGap(long From, long To);

/// <summary>A part to be written to the files.</summary>
/// <param name="SequenceNr">Its event's number.</param>
/// <param name="Part">The part.</param>
public readonly record struct PartToProject(long SequenceNr, PartStored Part);
