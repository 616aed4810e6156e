using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Sharding;

/// <summary>
/// One checkpoint at a time: the lengths of all files at one event, taken between two writes, since captures stand behind
/// the lines in each file's mailbox. Used by the partition's thread only.
/// </summary>
internal sealed class PartitionCheckpoints(PartitionSetup setup, PartitionFiles files, PartitionEarlierOwners earlier)
{
    private readonly CheckpointPace _pace = new();
    private CheckpointRun? _run;
    private long _count;

    /// <summary>Whether one is under way.</summary>
    public bool IsUnderWay => _run is not null;

    /// <summary>Whether there is anything that a checkpoint would say.</summary>
    public bool IsWorth(PartitionState state) => files.IsCheckpointWorth(state) || earlier.IsCheckpointWorth;

    /// <summary>Another <c>checkpoint-every</c> is over: whether it is time for a checkpoint.</summary>
    public bool IsDue() => _pace.IsDue(files.Changed);

    /// <summary>Asks the files for their lengths, when there is anything to say and none is under way.</summary>
    /// <returns>Whether one was begun.</returns>
    public bool TryBegin(PartitionState state)
    {
        if (_run is not null || !IsWorth(state))
        {
            return false;
        }

        _pace.OnBegun();
        var now = setup.Time.GetUtcNow();
        var (seals, retired) = earlier.Take(state, state.LastSequenceNr, now);
        _run = new CheckpointRun(++_count, state.LastSequenceNr, state.Capture(), seals, [.. files.Retire(), .. retired]);
        files.Capture(_run, now);
        return true;
    }

    /// <summary>A file has said how long it is; an answer to an earlier incarnation's checkpoint counts for nothing.</summary>
    public void OnCaptured(SegmentCaptured captured) => _run?.OnCaptured(captured);

    /// <summary>The checkpoint under way, once all files have answered: its event is to be persisted now.</summary>
    public CheckpointRun? TakeCaptured()
    {
        if (_run is not { IsCaptured: true } run)
        {
            return null;
        }

        run.IsPersisting();
        return run;
    }

    /// <summary>Its event is stored: intents to rename are carried out.</summary>
    public void End(Checkpointed stored)
    {
        _run = null;
        files.Seal(stored.Files);
    }
}
