using System.Threading.Channels;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Links;
using ActorLog.Node.Listening;
using ActorLog.Node.Routing;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Node.Spooling;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>The edge's part of a node, in the order of the flow: listeners, graph, local files, spool, forwarder.</summary>
internal sealed class EdgeNode
{
    private const int QueuePartOfMemory = 16;
    private const int WindowPartOfMemory = 32;
    private const int WindowBytesMin = 64 * 1024;
    private const int QueueBatchesMin = 4;
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(50);

    private readonly ActorSystem _system;
    private readonly IActorRef _listeners;
    private readonly ChannelWriter<FrameBatch> _queue;
    private readonly Task _graph;
    private readonly IActorRef? _forwarder;
    private readonly IActorRef? _gaps;
    private readonly IReadOnlyCollection<LocalSink> _localSinks;

    private EdgeNode(
        ActorSystem system, IActorRef listeners, ChannelWriter<FrameBatch> queue, Task graph, IActorRef? forwarder,
        IActorRef? gaps, IReadOnlyCollection<LocalSink> localSinks)
    {
        _system = system;
        _listeners = listeners;
        _queue = queue;
        _graph = graph;
        _forwarder = forwarder;
        _gaps = gaps;
        _localSinks = localSinks;
    }

    /// <summary>Starts it.</summary>
    public static EdgeNode Start(
        ActorSystem system, NodeSettings settings, SqliteFile spoolFile, NodeIdentities identities, AggregatorNode? aggregator,
        NodeStores stores, Ledger ledger, Readiness readiness, IActorRef status, TimeProvider ages)
    {
        var (forwarder, spool) = StartForwarding(system, settings, spoolFile, identities.Node, aggregator, stores, ledger, status);
        var localSinks = settings.Sinks.OfType<FileSinkNodeSettings>().ToDictionary(
            static sink => sink.Name, sink => OpenLocal(system, sink, stores, ledger, ages));

        var queue = BatchSource.CreateQueue(QueueBatches(settings.Batching));
        var graph = new EdgeGraph(settings, ledger).RunAsync(queue.Reader, localSinks, spool, system);
        foreach (var source in settings.Sources)
        {
            readiness.Expect($"source {source.Name}");
            ledger.Receive(source.Name, 0);
        }

        var listeners = system.ActorOf(
            ListenersActor.Props(
                settings.Sources,
                new IntakeSettings(settings.Name, settings.Batching, settings.PortableSockets, queue.Writer, ledger) { Identities = identities.OfSources },
                status),
            "listeners");
        var gaps = spool is null ? null : system.ActorOf(GapActor.Props(settings, ledger.Gaps, spool), "gaps");
        foreach (var part in new[] { listeners, forwarder, spool, gaps }.OfType<IActorRef>())
        {
            status.Tell(new WatchPart(part));
        }

        return new EdgeNode(system, listeners, queue.Writer, graph, forwarder, gaps, localSinks.Values);
    }

    /// <summary>Ends when the graph does: after a drain, or by a fault that only a restart can cure.</summary>
    public Task Graph => _graph;

    /// <summary>Takes what has arrived, writes it, and gives the forwarder until the limit to deliver the spool.</summary>
    /// <returns>Whether nothing is left in memory: all that was received is spooled, or in local files, or said to be dropped.</returns>
    public async Task<bool> DrainAsync(CancellationToken limit)
    {
        var isWritten = false;
        try
        {
            await _listeners.Ask<ListeningStopped>(StopListening.Instance, limit);
            _queue.TryComplete();
            await _graph.WaitAsync(limit);
            if (_gaps is not null)
            {
                await _gaps.Ask<GapActor.AllSaid>(GapActor.SayAll.Instance, limit);
            }

            isWritten = true;
            while (_forwarder is not null && !(await _forwarder.Ask<ForwarderActor.Drained>(new ForwarderActor.AskDrained(), limit)).IsDrained)
            {
                await Task.Delay(DrainPoll, limit);
            }

            NodeLog.Of(_system).Info("edge drained");
        }
        catch (OperationCanceledException)
        {
            NodeLog.Of(_system).Warning("the time to drain is over; the spool keeps the rest for the next start");
        }
        catch (AskTimeoutException)
        {
            NodeLog.Of(_system).Warning("the time to drain is over; the spool keeps the rest for the next start");
        }

        _forwarder?.Tell(new ForwarderActor.SayGoodbye());
        foreach (var sink in _localSinks)
        {
            sink.Dispose();
        }

        return isWritten;
    }

    // What earlier runs left is sent even when no route leads to the spool any more.
    internal static (IActorRef? Forwarder, IActorRef? Spool) StartForwarding(
        ActorSystem system, NodeSettings settings, SqliteFile spoolFile, TlsIdentity? identity, AggregatorNode? aggregator,
        NodeStores stores, Ledger ledger, IActorRef status)
    {
        Uplink? uplink = settings.Forward.EndPoints.Count > 0 ? new TlsUplink(settings.Forward.EndPoints, identity!)
            : aggregator is not null ? new InProcessUplink(aggregator.Connect) : null;
        if (uplink is null)
        {
            return (null, null);
        }

        var database = new SpoolDatabase(spoolFile);
        var aside = Path.Combine(settings.DataDirectory, "rejected");
        var rejected = new RejectedBlocks(
            new RejectedFolder(stores.Open(aside), string.Empty, settings.RejectedBytesMax), aside, ledger);
        var forwarder = system.ActorOf(
            ForwarderActor.Props(new ForwarderSetup(
                WithinMemory(settings.Forward), settings.Name, settings.Partitions, NodeProgram.Software, uplink, database, rejected, ledger, status)),
            "forwarder");
        var spool = system.ActorOf(SpoolActor.Props(settings.Spool, settings.Name, database, ledger, forwarder), "spool");
        return (forwarder, spool);
    }

    // Twice the window is held, and once more is read ahead: a tenth of the memory at most, when an aggregator does not answer.
    private static ForwardSettings WithinMemory(ForwardSettings forward) => forward with
    {
        WindowBytes = (int)Math.Min(forward.WindowBytes, Math.Max(WindowBytesMin, ProcessMemory.Part(WindowPartOfMemory))),
    };

    // Full batches that wait hold a sixteenth of the memory at most.
    private static int QueueBatches(BatchingSettings batching) =>
        Math.Min(
            batching.QueueBatches,
            (int)Math.Clamp(ProcessMemory.Part(QueuePartOfMemory) / SlabPool.SlabBytes, QueueBatchesMin, int.MaxValue));

    private static LocalSink OpenLocal(
        ActorSystem system, FileSinkNodeSettings sink, NodeStores stores, Ledger ledger, TimeProvider ages)
    {
        if (!PathTemplate.TryParse(sink.Files.PathTemplate, out var template, out var error))
        {
            throw new StartFaultException($"sinks.{sink.Name}.path: {error.Message}", "Correct the template.");
        }

        var store = stores.Open(sink.Files.Directory);
        var upkeep = system.ActorOf(
            UpkeepActor.Props(store, sink.Files, TimeSpan.Zero, TimeProvider.System, ages), $"upkeep-{Uri.EscapeDataString(sink.Name)}");
        var files = new LocalFiles(
            store, sink.Files.Rotation, new LineGroups(template, new LineWriter(sink.Files.TimeZone)), TimeProvider.System,
            new LocalFilesEvents(
                segment => upkeep.Tell(new UpkeepActor.LookAfter(StorePath.DirectoryOf(segment.Path))),
                (path, what) => NodeLog.Of(system).Warning("{0}: someone else has changed the file ({1}); it was opened anew", path, what)));
        return new LocalSink(sink.Name, files, ledger, TimeProvider.System, NodeLog.Of(system));
    }
}
