namespace ActorLog.Node.Sharding;

/// <summary>
/// How many turns of <c>checkpoint-every</c> a partition waits for its next checkpoint. Each file that changed is synced by
/// it, so a partition of many files that get a line now and then would do little else: it takes its time by their number.
/// </summary>
internal sealed class CheckpointPace
{
    /// <summary>Changed files that a checkpoint may have for each turn that was waited.</summary>
    public const int FilesPerTurn = 50;

    /// <summary>Turns after which there is a checkpoint, whatever it costs.</summary>
    public const int TurnsMax = 12;

    private int _turns;

    /// <summary>Another turn is over: whether the checkpoint is due.</summary>
    /// <param name="changed">Files that it would sync.</param>
    public bool IsDue(int changed) => ++_turns >= Math.Min(TurnsMax, (changed + FilesPerTurn - 1) / FilesPerTurn);

    /// <summary>A checkpoint has begun, for whatever reason.</summary>
    public void OnBegun() => _turns = 0;
}
