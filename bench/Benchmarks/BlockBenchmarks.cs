using ActorLog.Protocol.Batches;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>A batch to blocks and back, as the edge, the gateway and the partition do it.</summary>
public class BlockBenchmarks
{
    private readonly List<byte[]> _written = [];
    private List<byte[]> _blocks = [];
    private RecordBatch _batch = null!;
    private BlockWriter _writer = null!;

    [ParamsAllValues]
    public BlockCompression Compression { get; set; }

    [Params(1, 16)]
    public int Slots { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _batch = SampleData.RecordBatch();
        _writer = new BlockWriter(Compression, Slots);
        _blocks = SampleData.Blocks(Compression, Slots);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _batch.Dispose();
        _writer.Dispose();
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Write()
    {
        _written.Clear();
        _writer.Write(_batch, _written);
        return _written.Count;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Check()
    {
        var records = 0;
        foreach (var block in _blocks)
        {
            records += BlockReader.TryCheck(block, BlockLimits.Default, out var header, out _) ? header.Records : 0;
        }

        return records;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Read()
    {
        var records = 0;
        foreach (var block in _blocks)
        {
            if (BlockReader.TryRead(block, BlockLimits.Default, out var batch, out _))
            {
                records += batch.Count;
                batch.Dispose();
            }
        }

        return records;
    }
}
