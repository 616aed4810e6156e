using System.Buffers;
using System.Net;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

public class DeliveryFrameTests
{
    private const int BlockBytesMax = 1 << 20;

    private static readonly DeliveryFrame[] Frames =
    [
        new DeliveryFrame.Hello(1, "edge-ä", 16, "journal", "actorlog 0.1"),
        new DeliveryFrame.Hello(4, "edge", 16, "", "") { Oldest = 3 },
        new DeliveryFrame.Welcome(1, "journal", "timeline 7", "node-1"),
        new DeliveryFrame.Refused("16 slots where 32 are set", false),
        new DeliveryFrame.Open(7, "edge:origin", long.MaxValue),
        new DeliveryFrame.Batch(7, 42, new byte[] { 1, 2, 3, 4, 5 }),
        new DeliveryFrame.Batch(uint.MaxValue, 1, Array.Empty<byte>()),
        new DeliveryFrame.Ack(7, 42, 41),
        new DeliveryFrame.Rewind(7, "resend after 3", 250),
        new DeliveryFrame.Skip(7, 43, 43),
        new DeliveryFrame.Skip(7, 1, long.MaxValue),
        new DeliveryFrame.BlockRefused(7, 42, "the header is damaged"),
        new DeliveryFrame.Owner(new DnsEndPoint("aggregator-0.example", 65_535)),
        new DeliveryFrame.Owner(new DnsEndPoint("::1", 1)),
        new DeliveryFrame.Ping(ulong.MaxValue),
        new DeliveryFrame.Pong(0),
        new DeliveryFrame.Bye("drained", ["a", "b"]),
    ];

    [Fact]
    public void All_frames_come_back_whatever_the_chunks()
    {
        var bytes = Bytes(Frames);
        foreach (var chunk in new[] { 1, 2, 3, 7, 64, bytes.Length })
        {
            var buffer = Chunks(bytes, chunk);
            foreach (var expected in Frames)
            {
                Assert.Equal(DeliveryReadOutcome.Frame, Read(ref buffer, out var frame));
                AssertSame(expected, frame!);
            }

            Assert.Equal(0, buffer.Length);
            Assert.Equal(DeliveryReadOutcome.NeedMore, Read(ref buffer, out _));
        }
    }

    [Fact]
    public void A_frame_cut_anywhere_needs_more_and_consumes_nothing()
    {
        foreach (var frame in Frames)
        {
            var bytes = Bytes(frame);
            for (var length = 0; length < bytes.Length; length++)
            {
                var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
                Assert.Equal(DeliveryReadOutcome.NeedMore, Read(ref buffer, out var read));
                Assert.Null(read);
                Assert.Equal(length, buffer.Length);
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 13 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 5 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 6 })]
    [InlineData(new byte[] { 2, 0, 1, 0, 6 })]
    [InlineData(new byte[] { 12, 0, 0, 0, 5 })]
    public void A_length_beyond_the_limit_is_an_error_before_the_payload_is_there(byte[] prefix)
    {
        var buffer = new ReadOnlySequence<byte>(prefix);
        Assert.Equal(DeliveryReadOutcome.Error, DeliveryFrameReader.TryRead(ref buffer, 100, out _, out var error));
        Assert.NotNull(error);
    }

    [Fact]
    public void A_block_is_accepted_up_to_its_limit()
    {
        var bytes = Bytes(new DeliveryFrame.Batch(1, 1, new byte[100]));
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.Equal(DeliveryReadOutcome.Error, DeliveryFrameReader.TryRead(ref buffer, 99, out _, out _));
        Assert.Equal(DeliveryReadOutcome.Frame, DeliveryFrameReader.TryRead(ref buffer, 100, out _, out _));
    }

    [Fact]
    public void Noise_is_never_an_exception()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            if (bytes.Length > 5)
            {
                bytes.AsSpan(0, 4).Clear();
                bytes[0] = (byte)(bytes.Length - 4);
                bytes[4] = (byte)random.Next(1, 13);
            }

            var buffer = new ReadOnlySequence<byte>(bytes);
            var outcome = Read(ref buffer, out var frame);
            Assert.Equal(outcome == DeliveryReadOutcome.Frame, frame is not null);
        }
    }

    [Fact]
    public void An_edge_that_says_no_oldest_speaks_one_version()
    {
        // As the program wrote it before it knew an oldest: version 2, edge "e", 16 slots.
        byte[] hello = [8, 0, 0, 0, (byte)DeliveryFrameType.Hello, 0x08, 2, 0x12, 1, (byte)'e', 0x18, 16];
        var buffer = new ReadOnlySequence<byte>(hello);
        Assert.Equal(DeliveryReadOutcome.Frame, Read(ref buffer, out var frame));
        Assert.Equal((2, 2), (((DeliveryFrame.Hello)frame!).Oldest, ((DeliveryFrame.Hello)frame).Version));
    }

    [Fact]
    public void What_a_later_version_adds_to_a_frame_is_passed_over()
    {
        // Field 15, a text of one byte, stands in no message of today.
        byte[] welcome = [6, 0, 0, 0, (byte)DeliveryFrameType.Welcome, 0x08, 2, 0x7A, 1, (byte)'x'];
        var buffer = new ReadOnlySequence<byte>(welcome);
        Assert.Equal(DeliveryReadOutcome.Frame, Read(ref buffer, out var frame));
        Assert.Equal(new DeliveryFrame.Welcome(2, "", "", ""), frame);
    }

    [Fact]
    public void Numbers_that_cannot_be_are_refused()
    {
        DeliveryFrame[] wrong =
        [
            new DeliveryFrame.Batch(1, 0, new byte[1]), new DeliveryFrame.Open(1, "", 0),
            new DeliveryFrame.Open(1, "a", -1), new DeliveryFrame.Ack(1, 1, 2), new DeliveryFrame.Ack(1, 1, -1),
            new DeliveryFrame.Hello(1, "e", 0, "", ""), new DeliveryFrame.Hello(1, "e", 65_536, "", ""),
            new DeliveryFrame.Hello(2, "e", 16, "", "") { Oldest = 3 },
            new DeliveryFrame.Skip(1, 0, 3), new DeliveryFrame.Skip(1, -1, 3), new DeliveryFrame.Skip(1, 4, 3),
            new DeliveryFrame.BlockRefused(1, 0, ""), new DeliveryFrame.Owner(new DnsEndPoint("a", 0)),
            new DeliveryFrame.Owner(new DnsEndPoint("a b", 1)),
        ];
        foreach (var frame in wrong)
        {
            var buffer = new ReadOnlySequence<byte>(Bytes(frame));
            Assert.Equal(DeliveryReadOutcome.Error, Read(ref buffer, out _));
        }
    }

    private static DeliveryReadOutcome Read(ref ReadOnlySequence<byte> buffer, out DeliveryFrame? frame) =>
        DeliveryFrameReader.TryRead(ref buffer, BlockBytesMax, out frame, out _);

    private static byte[] Bytes(params DeliveryFrame[] frames)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var frame in frames)
        {
            DeliveryFrameWriter.Write(frame, output);
        }

        return output.WrittenSpan.ToArray();
    }

    private static void AssertSame(DeliveryFrame expected, DeliveryFrame read)
    {
        switch (expected)
        {
            case DeliveryFrame.Batch batch:
                var other = Assert.IsType<DeliveryFrame.Batch>(read);
                Assert.Equal((batch.Stream, batch.N), (other.Stream, other.N));
                Assert.Equal(batch.Block.ToArray(), other.Block.ToArray());
                break;
            case DeliveryFrame.Bye bye:
                Assert.Equal(bye.DrainedOrigins, Assert.IsType<DeliveryFrame.Bye>(read).DrainedOrigins);
                break;
            default:
                Assert.Equal(expected, read);
                break;
        }
    }

    private static ReadOnlySequence<byte> Chunks(byte[] bytes, int size)
    {
        Segment? first = null;
        Segment? last = null;
        for (var at = 0; at < bytes.Length; at += size)
        {
            var memory = bytes.AsMemory(at, Math.Min(size, bytes.Length - at));
            last = last is null ? first = new Segment(memory, 0) : last.Append(memory);
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
