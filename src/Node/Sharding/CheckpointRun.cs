using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Sharding;

/// <summary>One checkpoint under way: which files have said how long they are.</summary>
/// <param name="number">Its number in this incarnation; late answers bear another.</param>
/// <param name="through">The event that the lengths contain.</param>
/// <param name="snapshot">The state at that event.</param>
/// <param name="seals">Intents that need no file of this node.</param>
/// <param name="retired">Files that leave the table.</param>
internal sealed class CheckpointRun(
    long number, long through, PartitionSnapshot snapshot, IReadOnlyList<FileCommit> seals, IReadOnlyList<long> retired)
{
    private readonly List<FileCommit> _commits = [.. seals];
    private int _waiting;
    private bool _isPersisting;

    public long Number { get; } = number;

    public long Through { get; } = through;

    public PartitionSnapshot Snapshot { get; } = snapshot;

    public IReadOnlyList<long> Retired { get; } = retired;

    public IReadOnlyList<FileCommit> Commits => _commits;

    /// <summary>Whether all have answered, and the event may be persisted: true once.</summary>
    public bool IsCaptured => _waiting == 0 && !_isPersisting;

    public void Expect() => _waiting++;

    public bool OnCaptured(SegmentCaptured captured)
    {
        if (captured.Checkpoint != Number)
        {
            return false;
        }

        _waiting--;
        if (captured.Commit is not null)
        {
            _commits.Add(captured.Commit);
        }

        return true;
    }

    public void IsPersisting() => _isPersisting = true;
}
