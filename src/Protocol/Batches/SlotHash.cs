using System.IO.Hashing;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// The slot of a host: XXH3 (64 bit, seed 0) of the name's bytes modulo the number of slots. Fixed for ever, since a
/// host that moves to another slot would be known to two partitions; docs/protocol.md has test vectors.
/// </summary>
public static class SlotHash
{
    /// <summary>The most slots there can be: the number is a u16 in a block's header.</summary>
    public const int SlotsMax = ushort.MaxValue;

    /// <summary>The slot of <paramref name="host"/>, 0 to <paramref name="slots"/> - 1.</summary>
    /// <param name="host">The name's bytes as they stand in the record.</param>
    /// <param name="slots">How many slots there are, 1 to <see cref="SlotsMax"/>; equal at the edge and the aggregator.</param>
    public static int Of(ReadOnlySpan<byte> host, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, SlotsMax);
        return (int)(XxHash3.HashToUInt64(host) % (ulong)slots);
    }
}
