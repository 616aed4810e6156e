namespace ActorLog.Protocol.Batches;

/// <summary>What a reader accepts of a block; checked before anything is allocated.</summary>
/// <param name="BlockBytesMax">Bytes of a whole block, as stored.</param>
/// <param name="RawBytesMax">Bytes of a body, inflated.</param>
public readonly record struct BlockLimits(int BlockBytesMax, int RawBytesMax)
{
    /// <summary>8 MiB stored and 16 MiB inflated: far above what a batch closes at, so one oversized record passes.</summary>
    public static readonly BlockLimits Default = new(8 * 1024 * 1024, 16 * 1024 * 1024);
}
