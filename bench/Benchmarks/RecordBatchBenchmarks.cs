using ActorLog.Node.Hosting;
using ActorLog.Node.Routing;
using ActorLog.Protocol.Batches;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>Frames to a batch of records, as the graph's first step does it; and what is done with a batch in memory.</summary>
public class RecordBatchBenchmarks
{
    private readonly byte[][] _frames = SampleData.Frames(RecordKind.GunicornAccess);
    private FrameParser _parser = null!;
    private RecordBatch _batch = null!;
    private BatchWriter _writer = null!;

    [GlobalSetup]
    public void Setup()
    {
        _parser = new FrameParser(new Ledger());
        _batch = SampleData.RecordBatch();
        _writer = new BatchWriter();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _parser.Dispose();
        _batch.Dispose();
        _writer.Dispose();
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int GatherFrames()
    {
        using var frames = SampleData.Gather(_frames);
        return frames.Count;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int GatherAndParse()
    {
        var records = 0;
        foreach (var batch in _parser.Parse(SampleData.Gather(_frames)))
        {
            records += batch.Count;
            batch.Dispose();
        }

        return records;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Walk()
    {
        var bytes = 0;
        foreach (var record in _batch)
        {
            bytes += record.Program.Length + record.Message.Length;
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Copy()
    {
        foreach (var record in _batch)
        {
            _writer.TryAppend(record);
        }

        using var copy = _writer.Take()!;
        return copy.Count;
    }
}
