using System.IO.Compression;
using ActorLog.Protocol.Batches;
using BenchmarkDotNet.Attributes;
using ZstdNet;

namespace ActorLog.Benchmarks;

/// <summary>A block's body alone: what the libraries cost, without the block around it.</summary>
public class CompressionBenchmarks
{
    private readonly byte[] _raw = Body();
    private byte[] _stored = [];
    private byte[] _room = [];
    private Compressor _zstd = null!;

    [Params(BlockCompression.Zstd, BlockCompression.Brotli)]
    public BlockCompression Compression { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _zstd = new Compressor(new CompressionOptions(1));
        _room = new byte[Math.Max(Compressor.GetCompressBound(_raw.Length), BrotliEncoder.GetMaxCompressedLength(_raw.Length))];
        _stored = _room[..Deflate()];
    }

    [GlobalCleanup]
    public void Cleanup() => _zstd.Dispose();

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Deflate()
    {
        if (Compression == BlockCompression.Zstd)
        {
            return _zstd.Wrap(_raw, _room.AsSpan());
        }

        BrotliEncoder.TryCompress(_raw, _room, out var written, quality: 0, window: 22);
        return written;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public bool Inflate() => BodyCompression.TryInflate(Compression, _stored, _room.AsSpan(0, _raw.Length));

    private static byte[] Body()
    {
        using var batch = SampleData.RecordBatch();
        return batch.Bytes.ToArray();
    }
}
