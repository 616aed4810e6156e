using System.Buffers.Binary;
using System.Numerics;

namespace ActorLog.Protocol.Batches;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes a step with the processor's instruction.</summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="checksum"/> covers, followed by <paramref name="bytes"/>.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
