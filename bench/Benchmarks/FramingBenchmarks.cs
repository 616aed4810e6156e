using System.Globalization;
using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Protocol.Framing;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>A stream's bytes to frames: the reader alone, and as a listener gathers what it reads into a batch.</summary>
public class FramingBenchmarks
{
    private static readonly byte[][] Frames = SampleData.Frames(RecordKind.GunicornAccess);

    private readonly byte[] _lines = Join(static frame => [.. frame, (byte)'\n']);
    private readonly byte[] _counted =
        Join(static frame => [.. Encoding.ASCII.GetBytes(frame.Length.ToString(CultureInfo.InvariantCulture)), (byte)' ', .. frame]);

    private readonly FrameReader _lineReader = new(FramingMode.LineFeed, 64 * 1024);
    private readonly FrameReader _countReader = new(FramingMode.OctetCounting, 64 * 1024);
    private FrameFeed _feed = null!;

    [GlobalSetup]
    public void Setup() => _feed = new FrameFeed(SampleData.Senders[0], new Ledger());

    [GlobalCleanup]
    public void Cleanup() => _feed.Dispose();

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Newline() => Cut(_lineReader, _lines);

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int OctetCounting() => Cut(_countReader, _counted);

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int NewlineIntoBatch()
    {
        using var batch = new FrameBatch();
        for (var at = 0; at < _lines.Length;)
        {
            var room = _feed.RoomIn(batch);
            var read = Math.Min(room.Length, _lines.Length - at);
            _lines.AsSpan(at, read).CopyTo(room);
            _feed.Feed(batch, read, StreamState.Flowing);
            at += read;
        }

        return batch.Count;
    }

    private static int Cut(FrameReader reader, ReadOnlySpan<byte> unread)
    {
        var frames = 0;
        FrameRead step;
        do
        {
            step = reader.Read(unread, StreamState.Flowing);
            unread = unread[step.Consumed..];
            frames += step.Kind == FrameReadKind.Frame ? 1 : 0;
        }
        while (step.Kind != FrameReadKind.NeedMore || step.Consumed > 0);

        return frames;
    }

    private static byte[] Join(Func<byte[], byte[]> framed) => [.. Frames.SelectMany(framed)];
}
