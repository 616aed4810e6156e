using System.Buffers.Binary;
using Google.Protobuf;

namespace ActorLog.Protocol.Delivery;

/// <summary>A small message and a block behind it: u32 length of the message, the message, the block, copied once.</summary>
internal static class Enveloped
{
    public static byte[] Write(IMessage envelope, ReadOnlySpan<byte> block)
    {
        var length = envelope.CalculateSize();
        var bytes = GC.AllocateUninitializedArray<byte>(checked(sizeof(uint) + length + block.Length));
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        envelope.WriteTo(bytes.AsSpan(sizeof(uint), length));
        block.CopyTo(bytes.AsSpan(sizeof(uint) + length));
        return bytes;
    }

    public static bool TrySplit(
        ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> envelope, out ReadOnlyMemory<byte> block)
    {
        envelope = block = default;
        if (bytes.Length < sizeof(uint))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
        if (length > bytes.Length - sizeof(uint))
        {
            return false;
        }

        envelope = bytes.Slice(sizeof(uint), (int)length);
        block = bytes[(sizeof(uint) + (int)length)..];
        return true;
    }
}
