namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What a partition must do after replay, in this order: with gaps or faults recover again (until the answer was the same
/// three times, see <see cref="IsSameAnswerAs"/>; then go on with an alarm); persist <see cref="Owned"/>; complete the
/// renames; recover the files; project the parts.
/// </summary>
/// <param name="HighestSequenceNr">The journal's highest number.</param>
/// <param name="Gaps">Numbers that the replay left out.</param>
/// <param name="Unreadable">
/// Numbers whose event is there and could not be read: to be set aside raw, with an alarm. What they said is missing, so
/// faults are to be expected, and recovering again changes nothing.
/// </param>
/// <param name="Files">
/// Active files of this root: find by inode, check length and checksum, cut to <see cref="FileEntry.Length"/>; one that
/// is shorter is never extended.
/// </param>
/// <param name="Renames">Sealed files of this root: whatever bears the inode gets the name, without replacing
/// anything.</param>
/// <param name="Foreign">Files of other roots: neither written nor cut here; ask their nodes, then retire them.</param>
/// <param name="Parts">What must be written again, in order, behind the cut files.</param>
/// <param name="Faults">What cannot be in a sound journal.</param>
public sealed record RecoveryPlan(
    long HighestSequenceNr,
    IReadOnlyList<SequenceGap> Gaps,
    IReadOnlyList<long> Unreadable,
    IReadOnlyList<FileEntry> Files,
    IReadOnlyList<FileEntry> Renames,
    IReadOnlyList<FileEntry> Foreign,
    IReadOnlyList<PartToProject> Parts,
    IReadOnlyList<string> Faults)
{
    /// <summary>Whether the replay can be believed.</summary>
    public bool IsSound => Gaps.Count == 0 && (Faults.Count == 0 || Unreadable.Count > 0);

    /// <summary>
    /// Whether a recovery before this one found the same. Only such a repeat counts towards giving up: an earlier owner
    /// that still saves and deletes makes other gaps each time, and none of them is a loss.
    /// </summary>
    public bool IsSameAnswerAs(RecoveryPlan? before) => before is not null
        && HighestSequenceNr == before.HighestSequenceNr
        && Gaps.SequenceEqual(before.Gaps) && Faults.SequenceEqual(before.Faults);
}

/// <summary>Numbers that are missing, both ends included.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last; below <paramref name="From"/> when a number came twice or out of order.</param>
public readonly record struct SequenceGap(long From, long To);

/// <summary>A part to be written to the files.</summary>
/// <param name="SequenceNr">Its event's number.</param>
/// <param name="Part">The part.</param>
public readonly record struct PartToProject(long SequenceNr, PartStored Part);
