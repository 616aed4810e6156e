using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Channel = System.Threading.Channels.Channel;

namespace ActorLog.Node.Links;

/// <summary>
/// Frames over a stream, both ways: one loop reads, one writes what was sent meanwhile in one go. What is sent and not
/// yet written is bounded by the ack window of the one who sends.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="peer">The other side, for people.</param>
/// <param name="socket">What carries the stream, if a socket does.</param>
internal sealed class FrameLink(Stream stream, string peer, Socket? socket = null) : IAsyncDisposable
{
    private const int WriteBytes = 256 * 1024;

    private readonly Channel<DeliveryFrame> _outbox =
        Channel.CreateUnbounded<DeliveryFrame>(new UnboundedChannelOptions { SingleReader = true });

    private long _waitingSinceMs;

    /// <summary>The other side, for people.</summary>
    public string Peer { get; } = peer;

    /// <summary>How long the reader has waited for a byte; zero while it does not wait, such as for the one who takes frames.</summary>
    public TimeSpan Waiting => Volatile.Read(ref _waitingSinceMs) is > 0 and var since
        ? TimeSpan.FromMilliseconds(Environment.TickCount64 - since) : TimeSpan.Zero;

    /// <summary>How far what was sent has come, encrypted.</summary>
    public SendProgress Sent => socket is null ? default : SendProgress.Of(socket);

    /// <summary>Sends a frame, as soon as those before it are written. After the end of the link it goes nowhere.</summary>
    public void Send(DeliveryFrame frame) => _outbox.Writer.TryWrite(frame);

    /// <summary>Nothing more is sent; the link ends when what was sent is written and the peer has closed.</summary>
    public void CompleteSending() => _outbox.Writer.TryComplete();

    /// <summary>
    /// Runs until the peer closes, the stream breaks, or it is cancelled. Frames are given one at a time; the next is read
    /// when the one before was taken.
    /// </summary>
    /// <exception cref="IOException">The stream broke, or the peer does not speak this protocol.</exception>
    public async Task RunAsync(Func<DeliveryFrame, ValueTask> onFrame, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var writing = WriteAllAsync(ending.Token);
        var reading = ReadAllAsync(onFrame, ending.Token);
        try
        {
            var first = await Task.WhenAny(reading, writing);
            await first;
            // A side that only completed its sending still hears the other out.
            await reading;
        }
        finally
        {
            await ending.CancelAsync();
            CompleteSending();
            await DisposeAsync();
            // What the first one threw is what is told. The reader may wait in onFrame: its end is the caller's to bring about.
            _ = reading.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await writing.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task ReadAllAsync(Func<DeliveryFrame, ValueTask> onFrame, CancellationToken stop)
    {
        // A link that is silent holds no memory to read into.
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true, useZeroByteReads: true));
        try
        {
            await ReadAllAsync(reader, onFrame, stop);
        }
        finally
        {
            // Returns the reader's memory.
            await reader.CompleteAsync();
        }
    }

    private async Task ReadAllAsync(PipeReader reader, Func<DeliveryFrame, ValueTask> onFrame, CancellationToken stop)
    {
        while (true)
        {
            Volatile.Write(ref _waitingSinceMs, Environment.TickCount64);
            var result = await reader.ReadAsync(stop);
            Volatile.Write(ref _waitingSinceMs, 0);
            var buffer = result.Buffer;
            while (true)
            {
                var outcome = DeliveryFrameReader.TryRead(
                    ref buffer, BlockLimits.Default.BlockBytesMax, out var frame, out var error);
                if (outcome == DeliveryReadOutcome.Error)
                {
                    throw new IOException($"{Peer} does not speak ActorLog's protocol: {error}");
                }

                if (outcome == DeliveryReadOutcome.NeedMore)
                {
                    break;
                }

                await onFrame(frame!);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task WriteAllAsync(CancellationToken stop)
    {
        // Grows with what is said: most gateways' links say little.
        var buffer = new ArrayBufferWriter<byte>();
        while (await _outbox.Reader.WaitToReadAsync(stop))
        {
            while (buffer.WrittenCount < WriteBytes && _outbox.Reader.TryRead(out var frame))
            {
                DeliveryFrameWriter.Write(frame, buffer);
            }

            await stream.WriteAsync(buffer.WrittenMemory, stop);
            await stream.FlushAsync(stop);
            buffer.ResetWrittenCount();
        }
    }
}
