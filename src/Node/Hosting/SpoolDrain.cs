using ActorLog.Node.Forwarding;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Actor;

namespace ActorLog.Node.Hosting;

/// <summary>An edge without listeners: delivers what its spool holds, and ends.</summary>
internal static class SpoolDrain
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>What came of it.</summary>
    /// <param name="Stored">Records that an aggregator has stored.</param>
    /// <param name="Records">Records that are left.</param>
    /// <param name="Why">Why, when there are some.</param>
    internal readonly record struct Outcome(long Stored, long Records, string Why);

    /// <summary>Delivers until all is stored, or the time is over.</summary>
    /// <exception cref="StartFaultException">The spool is in use, or there is nobody to deliver to.</exception>
    public static async Task<Outcome> RunAsync(NodeSettings settings, TimeSpan limit, CancellationToken stop)
    {
        if (settings.Forward.EndPoints.Count == 0)
        {
            throw new StartFaultException(
                "actorlog.forward.endpoints is empty: there is no aggregator to deliver to",
                "Name one with --set forward.endpoints=HOST:PORT, or start the node, which delivers to the aggregator in its own process.");
        }

        using var spool = NodeDatabase.Open(settings.Spool.Path, DatabaseKind.Spool, TimeProvider.System);
        var edge = settings with { Roles = NodeRoles.Edge };
        var setup = BootstrapSetup.Create().WithConfig(AkkaConfig.Of(edge)).And(PersistencePlugins.Bind(spool.File, null));
        var (ledger, readiness) = (new Ledger(), new Readiness());
        using var system = ActorSystem.Create("actorlog", setup);
        using var stores = new NodeStores();
        var status = system.ActorOf(StatusActor.Props(readiness, ledger), "status");
        var (forwarder, keeper) = EdgeNode.StartForwarding(
            system, edge, spool.File, new TlsIdentity(settings.Tls!), null, stores, ledger, status);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(limit);
        var isDrained = false;
        try
        {
            // Answered when it has told the forwarder what there is.
            await keeper!.Ask<ActorIdentity>(new Identify(null), over.Token);
            while (!(isDrained = (await forwarder!.Ask<ForwarderActor.Drained>(new ForwarderActor.AskDrained(), over.Token)).IsDrained))
            {
                await Task.Delay(Poll, over.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            isDrained = false;
        }

        var left = ledger[LedgerAccount.SpoolOpening] - ledger[LedgerAccount.Stored] - ledger[DropReason.SpoolLost] - ledger[DropReason.Refused];
        forwarder?.Tell(new ForwarderActor.SayGoodbye());
        await system.Terminate();
        spool.Close();
        return new(ledger[LedgerAccount.Stored], isDrained ? 0 : Math.Max(1, left), isDrained ? string.Empty : readiness.Describe().Trim());
    }
}
