using System.Threading.Channels;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Routing;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using Akka.Actor;
using Akka.Event;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>
/// A batch from the listener over the queue, alone and through the whole graph to a spool that takes it at once. Beside the hand-off
/// the graph includes parsing and compressing, which have benchmarks of their own. Batches are full ones: the graph gathers nothing.
/// </summary>
public class HandOffBenchmarks
{
    private readonly byte[][] _frames = SampleData.Frames(RecordKind.GunicornAccess);
    private readonly SemaphoreSlim _spooled = new(0);
    private BenchmarkSystem _system = null!;
    private ChannelReader<FrameBatch> _unread = null!;
    private ChannelWriter<FrameBatch> _queue = null!;
    private BatchOutlet _toReader = null!;
    private BatchOutlet _toGraph = null!;
    private Task _graph = Task.CompletedTask;

    [GlobalSetup]
    public void Setup()
    {
        _system = new BenchmarkSystem();
        var settings = _system.Settings with
        {
            Partitions = 1,
            Batching = _system.Settings.Batching with { BytesMax = 64 * 1024 },
            Sinks = [new AggregatorSinkSettings("aggregator")],
            Routes = [new RouteSettings("all", null, ["aggregator"])],
        };
        var ledger = new Ledger();
        (_toReader, _unread, _) = Outlet(settings, ledger);
        (_toGraph, var frames, _queue) = Outlet(settings, ledger);
        var spooled = _spooled;
        var spool = _system.System.ActorOf(Props.Create(() => new Spool(spooled)));
        _graph = new EdgeGraph(settings, ledger).RunAsync(frames, new Dictionary<string, LocalSink>(), spool, _system.System);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _queue.Complete();
        _graph.GetAwaiter().GetResult();
        _system.Dispose();
        _spooled.Dispose();
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public void Queue()
    {
        _toReader.Offer(SampleData.Gather(_frames));
        if (_unread.TryRead(out var batch))
        {
            batch.Dispose();
        }
    }

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public void GraphToSpool()
    {
        _toGraph.Offer(SampleData.Gather(_frames));
        _spooled.Wait();
    }

    private static (BatchOutlet Outlet, ChannelReader<FrameBatch> Reader, ChannelWriter<FrameBatch> Writer) Outlet(NodeSettings settings, Ledger ledger)
    {
        var queue = BatchSource.CreateQueue(settings.Batching.QueueBatches);
        var shared = new IntakeSettings("edge", settings.Batching, Portable: false, queue.Writer, ledger);
        return (new BatchOutlet(shared, NoLogger.Instance), queue.Reader, queue.Writer);
    }

    /// <summary>Takes everything at once, and counts.</summary>
    private sealed class Spool : ReceiveActor
    {
        public Spool(SemaphoreSlim spooled) => Receive<SpoolBlocks>(request =>
        {
            request.Outcome.SetResult(SpoolOutcome.Spooled);
            spooled.Release();
        });
    }
}
