using ActorLog.Node.Routing;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>A batch to its sinks: shared where a sink takes all of it, copied where it takes some.</summary>
public class RouteBenchmarks
{
    private readonly RouteTable _unfiltered = Table(null);
    private readonly RouteTable _takesAll = Table("gunicorn.*");
    private readonly RouteTable _takesSome = Table("gunicorn.demo.access");
    private RecordBatch _batch = null!;

    [GlobalSetup]
    public void Setup()
    {
        // Every other record is of the access log.
        using var writer = new BatchWriter();
        using var access = SampleData.RecordBatch(RecordKind.GunicornAccess);
        using var app = SampleData.RecordBatch(RecordKind.DjangoApp);
        var others = app.GetEnumerator();
        foreach (var record in access)
        {
            others.MoveNext();
            writer.TryAppend(writer.Count % 2 == 0 ? record : others.Current);
        }

        _batch = writer.Take()!;
    }

    [GlobalCleanup]
    public void Cleanup() => _batch.Dispose();

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Unfiltered() => Route(_unfiltered);

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int FilterTakesAll() => Route(_takesAll);

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int FilterTakesSome() => Route(_takesSome);

    private static RouteTable Table(string? program) => new([new RouteSettings("route", FilterOn(program), ["file", "spool"])], ["file", "spool"]);

    private static Filter? FilterOn(string? program) =>
        program is not null && BytePattern.TryParse(program, out var pattern, out _) ? PatternFilter.OnProgram([pattern!]) : null;

    private int Route(RouteTable table)
    {
        var routed = table.Route(_batch.Retain());
        foreach (var sink in routed.BySink)
        {
            foreach (var batch in sink)
            {
                batch.Dispose();
            }
        }

        return routed.Unrouted;
    }
}
