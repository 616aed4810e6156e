using System.Threading.Channels;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ActorLog.Node.Routing;

/// <summary>
/// The edge's one graph, materialised once: listeners' batches of frames -> records -> routes -> local files | spool. Each
/// element is a batch; backpressure runs from the disks to the queue that the listeners fill.
/// </summary>
internal sealed class EdgeGraph(NodeSettings settings, Ledger ledger)
{
    // Two requests under way keep the disk busy while the next is compressed.
    private const int SpoolsAtOnce = 2;
    // Elements that wait at an asynchronous boundary: one holds up to a MiB, and Akka's sixteen would be all that a small container has.
    private const int WaitingMax = 2;
    // Half of batching.window's default: what one listener hands over passes, what several do is joined.
    private static readonly GatherWindow GatherWindow = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50));

    /// <summary>Runs the graph until the queue is completed and empty.</summary>
    /// <param name="frames">What the listeners hand over.</param>
    /// <param name="localSinks">The local sinks by name.</param>
    /// <param name="spool">The spool; null when no route leads there.</param>
    /// <param name="system">Where it runs.</param>
    public Task RunAsync(
        ChannelReader<FrameBatch> frames, IReadOnlyDictionary<string, LocalSink> localSinks, IActorRef? spool, ActorSystem system)
    {
        var names = settings.Sinks.Select(static sink => sink.Name).ToArray();
        // An attribute of the flow would not reach the boundaries: fusing leaves it to the stages.
        var materializer = system.Materializer(ActorMaterializerSettings.Create(system).WithInputBuffer(1, WaitingMax));
        var parser = new FrameParser(ledger);
        var routes = new RouteTable(settings.Routes, names);
        var records = Source.FromGraph(new BatchSource(frames))
            .SelectMany(parser.Parse)
            .Select(batch =>
            {
                ledger.Add(LedgerAccount.Parsed, batch.Count);
                return Book(routes.Route(batch), names, localSinks);
            });

        var ends = names.Select((name, index) => localSinks.TryGetValue(name, out var local)
            ? ToLocal(index, local) : ToSpool(index, spool!)).ToArray();
        // A branch that ends by a fault ends all: else its records would go nowhere, uncounted, while the others flow on.
        var fanOut = ends.Skip(1).Aggregate(
            records.MapMaterializedValue(static _ => Task.CompletedTask),
            static (flow, end) => flow.AlsoToMaterialized(end, static (others, done) => Task.WhenAll(others, done), propagateFailure: true));
        return fanOut.ToMaterialized(ends[0], static (others, done) => Task.WhenAll(others, done)).Run(materializer)
            .ContinueWith(done => { parser.Dispose(); return done; }, TaskScheduler.Default).Unwrap();
    }

    private RoutedBatches Book(RoutedBatches routed, string[] names, IReadOnlyDictionary<string, LocalSink> localSinks)
    {
        ledger.Add(LedgerAccount.Unrouted, routed.Unrouted);
        for (var i = 0; i < names.Length; i++)
        {
            ledger.Add(
                localSinks.ContainsKey(names[i]) ? LedgerAccount.RoutedLocally : LedgerAccount.RoutedToSpool,
                routed.BySink[i].Sum(static batch => (long)batch.Count));
        }

        return routed;
    }

    private static Sink<RoutedBatches, Task<Done>> ToLocal(int index, LocalSink local) =>
        Flow.Create<RoutedBatches>()
            .SelectMany(routed => routed.BySink[index])
            .Select(static batch => new LocalTurn(batch))
            .KeepAlive(local.LookEvery, static () => LocalTurn.Look)
            .Async()
            .ToMaterialized(
                Sink.ForEach<LocalTurn>(local.Write)
                    .WithAttributes(ActorAttributes.CreateDispatcher(PartitionSetup.FilesDispatcher)),
                Keep.Right);

    private Sink<RoutedBatches, Task<Done>> ToSpool(int index, IActorRef spool)
    {
        var encoder = new SpoolEncoder(settings, ledger.Gaps, TimeProvider.System);
        return Flow.Create<RoutedBatches>()
            .SelectMany(routed => routed.BySink[index])
            .Via(new GatherStage(settings.Batching.BytesMax, GatherWindow, settings.Partitions))
            .Async()
            .Select(encoder.Encode)
            .SelectAsync(SpoolsAtOnce, async request =>
            {
                spool.Tell(request);
                encoder.Settle(request, await request.Outcome.Task);
                return NotUsed.Instance;
            })
            .ToMaterialized(Sink.Ignore<NotUsed>(), Keep.Right)
            .MapMaterializedValue(done => done.ContinueWith(
                end => { encoder.Dispose(); return end; }, TaskScheduler.Default).Unwrap());
    }
}
