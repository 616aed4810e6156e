namespace ActorLog.Node.Verifying;

/// <summary>What a <see cref="Verifier"/> may find that ought not to be.</summary>
internal enum Finding
{
    Lost,
    Duplicated,
    Torn,
    OutOfOrder,
    Foreign,
    ControlBytes,
    Outside,
    Unknown,
}
