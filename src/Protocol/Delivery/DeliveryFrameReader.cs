using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using ActorLog.Protocol.Delivery.Wire;
using Google.Protobuf;

namespace ActorLog.Protocol.Delivery;

/// <summary>What came of an attempt to read.</summary>
public enum DeliveryReadOutcome
{
    /// <summary>Not enough bytes yet; nothing was consumed.</summary>
    NeedMore,
    /// <summary>A frame.</summary>
    Frame,
    /// <summary>The peer does not speak this protocol: the connection must end.</summary>
    Error,
}

/// <summary>
/// Reads frames; see <see cref="DeliveryFrame"/>. The length is checked before anything is allocated.
/// </summary>
public static class DeliveryFrameReader
{
    /// <summary>Reads the next frame and moves <paramref name="buffer"/> behind it.</summary>
    /// <param name="buffer">What has arrived; unchanged unless a frame is returned.</param>
    /// <param name="blockBytesMax">The longest block accepted.</param>
    /// <param name="frame">The frame; a batch holds a copy of its block, which is then its own.</param>
    /// <param name="error">Why not, for an operator.</param>
    public static DeliveryReadOutcome TryRead(
        ref ReadOnlySequence<byte> buffer, int blockBytesMax, out DeliveryFrame? frame, out string? error)
    {
        frame = null;
        error = null;
        if (buffer.Length < DeliveryFrame.PrefixBytes)
        {
            return DeliveryReadOutcome.NeedMore;
        }

        Span<byte> prefix = stackalloc byte[DeliveryFrame.PrefixBytes];
        buffer.Slice(0, DeliveryFrame.PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        var type = (DeliveryFrameType)prefix[4];
        var lengthMax = type == DeliveryFrameType.Batch
            ? (long)DeliveryFrame.BatchPrefixBytes - sizeof(uint) + blockBytesMax
            : 1 + DeliveryFrame.ControlBytesMax;
        var lengthMin = type == DeliveryFrameType.Batch ? DeliveryFrame.BatchPrefixBytes - sizeof(uint) : 1;
        if (type is < DeliveryFrameType.Hello or > DeliveryFrameType.Owner || length > lengthMax || length < lengthMin)
        {
            error = $"frame type {prefix[4]} with length {length}";
            return DeliveryReadOutcome.Error;
        }

        if (buffer.Length < sizeof(uint) + (long)length)
        {
            return DeliveryReadOutcome.NeedMore;
        }

        var payload = buffer.Slice(DeliveryFrame.PrefixBytes, (int)length - 1);
        if (!TryParse(type, payload, out frame, out error))
        {
            return DeliveryReadOutcome.Error;
        }

        buffer = buffer.Slice(sizeof(uint) + (long)length);
        return DeliveryReadOutcome.Frame;
    }

    private static bool TryParse(
        DeliveryFrameType type, in ReadOnlySequence<byte> payload, [NotNullWhen(true)] out DeliveryFrame? frame,
        out string? error)
    {
        error = null;
        try
        {
            frame = type == DeliveryFrameType.Batch ? ReadBatch(payload) : ReadControl(type, payload);
            error = frame is null ? $"{type}: a number is out of range" : null;
            return frame is not null;
        }
        catch (InvalidProtocolBufferException e)
        {
            frame = null;
            error = $"{type}: {e.Message}";
            return false;
        }
    }

    private static DeliveryFrame.Batch? ReadBatch(in ReadOnlySequence<byte> payload)
    {
        Span<byte> head = stackalloc byte[12];
        payload.Slice(0, 12).CopyTo(head);
        var n = BinaryPrimitives.ReadInt64LittleEndian(head[4..]);
        return n < 1
            ? null
            : new DeliveryFrame.Batch(BinaryPrimitives.ReadUInt32LittleEndian(head), n, payload.Slice(12).ToArray());
    }

    private static DeliveryFrame? ReadControl(DeliveryFrameType type, in ReadOnlySequence<byte> payload)
    {
        switch (type)
        {
            case DeliveryFrameType.Hello:
                var hello = HelloWire.Parser.ParseFrom(payload);
                return hello.Version > ushort.MaxValue || hello.Oldest > hello.Version || hello.Slots is 0 or > ushort.MaxValue
                    ? null
                    : new DeliveryFrame.Hello(
                        (int)hello.Version, hello.Edge, (int)hello.Slots, hello.JournalId, hello.Software)
                    {
                        Oldest = (int)(hello.Oldest == 0 ? hello.Version : hello.Oldest),
                    };
            case DeliveryFrameType.Welcome:
                var welcome = WelcomeWire.Parser.ParseFrom(payload);
                return welcome.Version > ushort.MaxValue
                    ? null
                    : new DeliveryFrame.Welcome(
                        (int)welcome.Version, welcome.JournalId, welcome.Timeline, welcome.Node);
            case DeliveryFrameType.Refused:
                var refused = RefusedWire.Parser.ParseFrom(payload);
                return new DeliveryFrame.Refused(refused.Reason, refused.Retry);
            case DeliveryFrameType.Open:
                var open = OpenWire.Parser.ParseFrom(payload);
                return open.Floor < 0 || open.Origin.Length == 0
                    ? null
                    : new DeliveryFrame.Open(open.Stream, open.Origin, open.Floor);
            case DeliveryFrameType.Ack:
                var ack = AckWire.Parser.ParseFrom(payload);
                return ack.Settled < 0 || ack.Stored < ack.Settled
                    ? null
                    : new DeliveryFrame.Ack(ack.Stream, ack.Stored, ack.Settled);
            case DeliveryFrameType.Rewind:
                var rewind = RewindWire.Parser.ParseFrom(payload);
                return rewind.DelayMs > int.MaxValue
                    ? null
                    : new DeliveryFrame.Rewind(rewind.Stream, rewind.Reason, (int)rewind.DelayMs);
            case DeliveryFrameType.Skip:
                var skip = SkipWire.Parser.ParseFrom(payload);
                return skip.From < 1 || skip.Through < skip.From
                    ? null
                    : new DeliveryFrame.Skip(skip.Stream, skip.From, skip.Through);
            case DeliveryFrameType.BlockRefused:
                var block = BlockRefusedWire.Parser.ParseFrom(payload);
                return block.N < 1 ? null : new DeliveryFrame.BlockRefused(block.Stream, block.N, block.Reason);
            case DeliveryFrameType.Owner:
                return EndPointCodec.FromWire(OwnerWire.Parser.ParseFrom(payload)) is { } gateway ? new DeliveryFrame.Owner(gateway) : null;
            case DeliveryFrameType.Ping:
                return new DeliveryFrame.Ping(PingWire.Parser.ParseFrom(payload).Token);
            case DeliveryFrameType.Pong:
                return new DeliveryFrame.Pong(PingWire.Parser.ParseFrom(payload).Token);
            default:
                var bye = ByeWire.Parser.ParseFrom(payload);
                return new DeliveryFrame.Bye(bye.Reason, [.. bye.DrainedOrigins]);
        }
    }
}
