using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>A record to its line.</summary>
public class LineBenchmarks
{
    private readonly LineWriter _writer = new(TimeZoneInfo.Utc);
    private readonly byte[] _room = new byte[256 * 1024];
    private RecordBatch _batch = null!;

    [ParamsAllValues]
    public RecordKind Kind { get; set; }

    [GlobalSetup]
    public void Setup() => _batch = SampleData.RecordBatch(Kind);

    [GlobalCleanup]
    public void Cleanup() => _batch.Dispose();

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Render()
    {
        var bytes = 0;
        foreach (var record in _batch)
        {
            bytes += _writer.Write(record, _room);
        }

        return bytes;
    }
}
