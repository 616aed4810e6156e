namespace ActorLog.Protocol.Batches;

/// <summary>How a block's body is stored; the number stands in the block's header.</summary>
public enum BlockCompression : byte
{
    /// <summary>As it is.</summary>
    None = 0,
    /// <summary>Zstandard (RFC 8878), level 1.</summary>
    Zstd = 1,
    /// <summary>Brotli (RFC 7932), quality 0: where the zstd library is not to be had.</summary>
    Brotli = 2,
}
