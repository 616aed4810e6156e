using ActorLog.Node.Clustering;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Sharding;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>The aggregator's part of a node, in the order of the flow: gateway, region, partitions, upkeep of files.</summary>
internal sealed class AggregatorNode
{
    private readonly ActorSystem _system;
    private readonly IActorRef _gateway;

    private AggregatorNode(ActorSystem system, IActorRef gateway)
    {
        _system = system;
        _gateway = gateway;
    }

    /// <summary>Starts it.</summary>
    public static AggregatorNode Start(
        ActorSystem system, NodeSettings settings, SqliteFile journal, TlsIdentity? identity, NodeStores stores,
        Ledger ledger, Readiness readiness, IActorRef status, TimeProvider ages)
    {
        var aggregator = settings.Aggregator;
        var store = stores.Open(aggregator.Files.Directory);
        if (!PathTemplate.TryParse(aggregator.Files.PathTemplate, out var template, out var error))
        {
            throw new StartFaultException($"aggregator.files.path: {error.Message}", "Correct the template.");
        }

        readiness.Expect("gateway");
        var intake = new IntakeBudget(aggregator.InFlightBytesMax);
        var upkeep = system.ActorOf(
            UpkeepActor.Props(store, aggregator.Files, aggregator.SettleAfter, TimeProvider.System, ages), "upkeep");
        var partitions = new PartitionSetup(
            settings.Name, aggregator, store, template, ledger, intake, upkeep,
            new RejectedFolder(store, PartitionRejects.Directory, settings.RejectedBytesMax), TimeProvider.System)
        {
            Journal = journal,
            Ages = ages,
        };

        var region = PartitionRegion.Start(system, partitions);
        var cluster = aggregator.Cluster;
        if (cluster is not null)
        {
            readiness.Expect("cluster");
        }

        var membership = system.ActorOf(
            MembershipActor.Props(new MembershipSetup(
                settings.Name, new Agreement(Agreement.CurrentFormat, settings.Partitions, journal.Id.ToString()),
                cluster?.Seeds ?? [], cluster?.MembersMin ?? 1, region, status, readiness.SetRefused)),
            MembershipActor.Name);
        var waker = system.ActorOf(WakerActor.Props(region, settings.Partitions), "waker");
        var gateway = system.ActorOf(
            GatewayActor.Props(
                new GatewaySetup(settings.Name, settings.Partitions, journal.Id, aggregator, region, intake) { Timeline = journal.Timeline },
                identity, status),
            "gateway");
        foreach (var part in new[] { upkeep, waker, region, membership, gateway })
        {
            status.Tell(new WatchPart(part));
        }

        return new AggregatorNode(system, gateway);
    }

    /// <summary>Lets the edge of this process in.</summary>
    public bool Connect(Stream stream)
    {
        _gateway.Tell(new GatewayActor.Arrived(stream, new EdgeIdentity("this process", null), null));
        return true;
    }

    /// <summary>Takes no more, checkpoints what is written, and hands the partitions over.</summary>
    public async Task StopAsync(CancellationToken limit)
    {
        await _gateway.GracefulStop(TimeSpan.FromSeconds(5)).WaitAsync(limit).ContinueWith(static _ => { }, TaskScheduler.Default);
        NodeLog.Of(_system).Info("handing partitions over");
    }
}
