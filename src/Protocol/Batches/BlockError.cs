namespace ActorLog.Protocol.Batches;

/// <summary>Why a block was not read.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Offset">Where: bytes from the block's start, or, for <see cref="BlockErrorKind.BadRecord"/>, from the
/// inflated body's.</param>
/// <param name="Text">For an operator.</param>
public readonly record struct BlockError(BlockErrorKind Kind, int Offset, string Text)
{
    /// <summary>Whether nothing is wrong with the block: a newer program wrote it, or one that can compress what this one cannot.</summary>
    public bool IsBeyondThisProgram => Kind is BlockErrorKind.BadVersion or BlockErrorKind.UnknownCompression;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} at byte {Offset}: {Text}";
}

/// <summary>What can be wrong with a block.</summary>
public enum BlockErrorKind
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Fewer bytes than a header, or not as many as the header says.</summary>
    BadLength,
    /// <summary>It does not begin with "ALB1".</summary>
    BadMagic,
    /// <summary>A version that this program does not know.</summary>
    BadVersion,
    /// <summary>The header's checksum does not agree.</summary>
    BadHeaderChecksum,
    /// <summary>The checksum agrees, but the header contradicts itself.</summary>
    BadHeader,
    /// <summary>More bytes than the limits allow.</summary>
    TooLarge,
    /// <summary>The checksum of host table and body does not agree.</summary>
    BadChecksum,
    /// <summary>The host table does not fit its length or count, or names a host twice.</summary>
    BadHosts,
    /// <summary>A host of the table belongs to another slot.</summary>
    WrongSlot,
    /// <summary>A compression that this program does not know or cannot load.</summary>
    UnknownCompression,
    /// <summary>The body does not inflate to the bytes that the header promises.</summary>
    BadBody,
    /// <summary>
    /// The records' lengths do not tile the body, a record is not sound, or there are more or fewer than promised.
    /// </summary>
    BadRecord,
}
