using System.Buffers;
using System.Buffers.Binary;
using ActorLog.Protocol.Delivery.Wire;
using Google.Protobuf;

namespace ActorLog.Protocol.Delivery;

/// <summary>Writes frames; see <see cref="DeliveryFrame"/>.</summary>
public static class DeliveryFrameWriter
{
    /// <summary>Writes one frame. A batch's block is copied once, into the output.</summary>
    /// <exception cref="ArgumentException">A control frame is beyond
    /// <see cref="DeliveryFrame.ControlBytesMax"/>.</exception>
    public static void Write(DeliveryFrame frame, IBufferWriter<byte> output)
    {
        switch (frame)
        {
            case DeliveryFrame.Batch batch:
                WriteBatchPrefix(batch.Stream, batch.N, batch.Block.Length, output);
                output.Write(batch.Block.Span);
                break;
            case DeliveryFrame.Hello f:
                WriteControl(DeliveryFrameType.Hello, new HelloWire
                {
                    Version = (uint)f.Version,
                    Edge = f.Edge,
                    Slots = (uint)f.Slots,
                    JournalId = f.JournalId,
                    Software = f.Software,
                    Oldest = (uint)f.Oldest,
                }, output);
                break;
            case DeliveryFrame.Welcome f:
                WriteControl(DeliveryFrameType.Welcome, new WelcomeWire
                {
                    Version = (uint)f.Version,
                    JournalId = f.JournalId,
                    Timeline = f.Timeline,
                    Node = f.Node,
                }, output);
                break;
            case DeliveryFrame.Refused f:
                WriteControl(DeliveryFrameType.Refused, new RefusedWire { Reason = f.Reason, Retry = f.Retry }, output);
                break;
            default:
                WriteStreamFrame(frame, output);
                break;
        }
    }

    /// <summary>
    /// Writes what stands before the block, for a sender that hands the block itself to the socket and copies nothing.
    /// </summary>
    public static void WriteBatchPrefix(uint stream, long n, int blockBytes, IBufferWriter<byte> output)
    {
        var at = output.GetSpan(DeliveryFrame.BatchPrefixBytes);
        BinaryPrimitives.WriteInt32LittleEndian(
            at, checked(DeliveryFrame.BatchPrefixBytes - sizeof(uint) + blockBytes));
        at[4] = (byte)DeliveryFrameType.Batch;
        BinaryPrimitives.WriteUInt32LittleEndian(at[5..], stream);
        BinaryPrimitives.WriteInt64LittleEndian(at[9..], n);
        output.Advance(DeliveryFrame.BatchPrefixBytes);
    }

    private static void WriteStreamFrame(DeliveryFrame frame, IBufferWriter<byte> output)
    {
        switch (frame)
        {
            case DeliveryFrame.Open f:
                WriteControl(DeliveryFrameType.Open,
                    new OpenWire { Stream = f.Stream, Origin = f.Origin, Floor = f.Floor }, output);
                break;
            case DeliveryFrame.Ack f:
                WriteControl(DeliveryFrameType.Ack,
                    new AckWire { Stream = f.Stream, Stored = f.Stored, Settled = f.Settled }, output);
                break;
            case DeliveryFrame.Rewind f:
                WriteControl(DeliveryFrameType.Rewind,
                    new RewindWire { Stream = f.Stream, Reason = f.Reason, DelayMs = (uint)f.DelayMs }, output);
                break;
            case DeliveryFrame.Skip f:
                WriteControl(DeliveryFrameType.Skip,
                    new SkipWire { Stream = f.Stream, From = f.From, Through = f.Through }, output);
                break;
            case DeliveryFrame.BlockRefused f:
                WriteControl(DeliveryFrameType.BlockRefused,
                    new BlockRefusedWire { Stream = f.Stream, N = f.N, Reason = f.Reason }, output);
                break;
            case DeliveryFrame.Owner f:
                WriteControl(DeliveryFrameType.Owner, EndPointCodec.ToWire(f.Gateway), output);
                break;
            case DeliveryFrame.Ping f:
                WriteControl(DeliveryFrameType.Ping, new PingWire { Token = f.Token }, output);
                break;
            case DeliveryFrame.Pong f:
                WriteControl(DeliveryFrameType.Pong, new PingWire { Token = f.Token }, output);
                break;
            case DeliveryFrame.Bye f:
                WriteControl(DeliveryFrameType.Bye,
                    new ByeWire { Reason = f.Reason, DrainedOrigins = { f.DrainedOrigins } }, output);
                break;
            default:
                throw new ArgumentException($"no such frame: {frame.GetType().Name}", nameof(frame));
        }
    }

    private static void WriteControl(DeliveryFrameType type, IMessage message, IBufferWriter<byte> output)
    {
        var bytes = message.CalculateSize();
        if (bytes > DeliveryFrame.ControlBytesMax)
        {
            throw new ArgumentException($"a control frame of {bytes} bytes", nameof(message));
        }

        var at = output.GetSpan(DeliveryFrame.PrefixBytes + bytes);
        BinaryPrimitives.WriteInt32LittleEndian(at, 1 + bytes);
        at[4] = (byte)type;
        message.WriteTo(at.Slice(DeliveryFrame.PrefixBytes, bytes));
        output.Advance(DeliveryFrame.PrefixBytes + bytes);
    }
}
