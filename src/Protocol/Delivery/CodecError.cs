namespace ActorLog.Protocol.Delivery;

/// <summary>Why bytes of the journal or the cluster were not read.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Text">For an operator.</param>
public readonly record struct CodecError(CodecErrorKind Kind, string Text);

/// <summary>What can be wrong with an event, a snapshot or a message.</summary>
public enum CodecErrorKind
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>A kind that this program does not know.</summary>
    UnknownManifest,
    /// <summary>A known kind in a version that this program does not know: written by a newer one.</summary>
    UnknownVersion,
    /// <summary>The bytes are not what the manifest says.</summary>
    Damaged,
}
