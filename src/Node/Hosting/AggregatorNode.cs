using System.Net.Sockets;
using ActorLog.Node.Clustering;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;
using Npgsql;

namespace ActorLog.Node.Hosting;

/// <summary>The aggregator's part of a node, in the order of the flow: gateway, region, partitions, upkeep of files.</summary>
internal sealed class AggregatorNode
{
    private const string JournalPart = "journal";
    private static readonly TimeSpan OpenEvery = TimeSpan.FromSeconds(1);

    private readonly ActorSystem _system;
    private volatile IActorRef? _gateway;
    private Task _starting = Task.CompletedTask;

    private AggregatorNode(ActorSystem system) => _system = system;

    /// <summary>Starts it; where its journal is a database that cannot be reached yet, as soon as it can.</summary>
    public static AggregatorNode Start(
        ActorSystem system, NodeSettings settings, IJournal journal, TlsIdentity? identity, NodeStores stores,
        Ledger ledger, Readiness readiness, IActorRef status, TimeProvider ages, CancellationToken stop = default)
    {
        var aggregator = settings.Aggregator;
        var store = stores.Open(aggregator.Files.Directory);
        if (!PathTemplate.TryParse(aggregator.Files.PathTemplate, out var template, out var error))
        {
            throw new StartFaultException($"aggregator.files.path: {error.Message}", "Correct the template.");
        }

        if (system.Settings.Setup.Get<ClusterLink>() is { HasValue: true } link)
        {
            link.Value.Readers.Begin(store, template, settings.Name);
        }

        readiness.Expect("gateway");
        var node = new AggregatorNode(system);
        if (journal is PostgresJournal postgres)
        {
            readiness.Expect(JournalPart);
            node._starting = node.StartWhenOpenAsync(postgres, readiness, StartParts, stop);
        }
        else
        {
            StartParts();
        }

        return node;

        void StartParts() => node.StartParts(settings, journal, identity, store, template, ledger, readiness, status, ages);
    }

    private void StartParts(
        NodeSettings settings, IJournal journal, TlsIdentity? identity, IStore store, PathTemplate template,
        Ledger ledger, Readiness readiness, IActorRef status, TimeProvider ages)
    {
        var (system, aggregator) = (_system, settings.Aggregator);
        var intake = new IntakeBudget(aggregator.InFlightBytesMax);
        var upkeep = system.ActorOf(
            UpkeepActor.Props(store, aggregator.Files, aggregator.SettleAfter, TimeProvider.System, ages), "upkeep");
        var partitions = new PartitionSetup(
            settings.Name, aggregator, store, template, ledger, intake, upkeep,
            new RejectedFolder(store, PartitionRejects.Directory, settings.RejectedBytesMax), TimeProvider.System)
        {
            Journal = journal,
            Ages = ages,
            Gateway = aggregator.Cluster?.Gateway,
            Files = new FileBudget(aggregator.LiveFilesMax ?? FileBudget.Auto(aggregator.ConnectionsMax), settings.Partitions, ledger),
        };

        var keeper = system.ActorOf(RootKeeperActor.Props(partitions), RootKeeperActor.Name);
        partitions = partitions with { Keeper = keeper };
        var region = PartitionRegion.Start(system, partitions);
        var cluster = aggregator.Cluster;
        if (cluster is not null)
        {
            PlacementWait.Register(system, region, settings.Partitions);
            readiness.Expect("cluster");
        }

        var membership = system.ActorOf(
            MembershipActor.Props(new MembershipSetup(
                settings.Name, Agreement.Of(settings.Partitions, journal.Id),
                cluster?.Seeds ?? [], cluster?.MembersMin ?? 1, region, status, readiness.SetRefused)
            {
                WarmUp = cluster is null ? Task.CompletedTask : JournalWarmUp.RunAsync(system),
            }),
            MembershipActor.Name);
        var waker = system.ActorOf(WakerActor.Props(region, settings.Partitions), "waker");
        var undelivered = system.ActorOf(UndeliveredParts.Props(ledger), "undelivered-parts");
        var gateway = system.ActorOf(
            GatewayActor.Props(
                new GatewaySetup(settings.Name, settings.Partitions, journal.Id, aggregator, region, intake, ledger) { Journal = journal },
                identity, status),
            "gateway");
        var watch = journal is PostgresJournal postgres ? system.ActorOf(JournalWatchActor.Props(postgres), "journal-watch") : null;
        foreach (var part in new[] { upkeep, keeper, waker, region, membership, undelivered, gateway, watch }.OfType<IActorRef>())
        {
            status.Tell(new WatchPart(part));
        }

        _gateway = gateway;
    }

    /// <summary>Lets the edge of this process in; false: not yet.</summary>
    public bool Connect(Stream stream)
    {
        if (_gateway is not { } gateway)
        {
            return false;
        }

        gateway.Tell(new GatewayActor.Arrived(stream, new EdgeIdentity("this process", null), null));
        return true;
    }

    /// <summary>Takes no more, checkpoints what is written, and hands the partitions over.</summary>
    public async Task StopAsync(CancellationToken limit)
    {
        await _starting.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (_gateway is not { } gateway)
        {
            return;
        }

        await gateway.GracefulStop(TimeSpan.FromSeconds(5)).WaitAsync(limit).ContinueWith(static _ => { }, TaskScheduler.Default);
        NodeLog.Of(_system).Info("handing partitions over");
    }

    // Databases come later than pods: it is waited for, and said why.
    private async Task StartWhenOpenAsync(
        PostgresJournal journal, Readiness readiness, Action start, CancellationToken stop)
    {
        try
        {
            for (string? told = null; !stop.IsCancellationRequested; await Task.Delay(OpenEvery, stop))
            {
                try
                {
                    await journal.OpenAsync(stop);
                    readiness.Forget(JournalPart);
                    start();
                    return;
                }
                catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
                {
                    var refuses = DiskRefuses.Of(JournalPart, journal.Place, e, isWhole: true);
                    readiness.SetFault(JournalPart, refuses.Cause, refuses.Remedy);
                    if (told != refuses.Cause)
                    {
                        NodeLog.Of(_system).Warning("the journal cannot be opened yet, edges spool: {0}; {1}", refuses.Cause, refuses.Remedy);
                    }

                    told = refuses.Cause;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops before its journal was there.
        }
        catch (Exception e)
        {
            readiness.SetRefused(e);
        }
    }
}
