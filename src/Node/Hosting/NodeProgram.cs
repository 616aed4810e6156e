using System.Runtime.InteropServices;
using ActorLog.Node.Cli;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Node.Web;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>Runs a node: databases, actor system, aggregator, edge, control plane; then waits for a signal and drains.</summary>
internal static class NodeProgram
{
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(25);

    /// <summary>Name and version, as shown to peers and people.</summary>
    public static string Software { get; } = $"actorlog {typeof(NodeProgram).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>Runs until SIGTERM, SIGINT or cancellation; the exit code.</summary>
    public static async Task<int> RunAsync(NodeSettings settings, CancellationToken stop)
    {
        using var signalled = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, signalled));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, signalled));
        try
        {
            await RunNodeAsync(settings, signalled.Token);
            return ExitCode.Ok;
        }
        catch (NodeBrokenException broken)
        {
            await Console.Error.WriteLineAsync($"actorlog: {broken.Message}: {broken.InnerException?.GetBaseException()}");
            return ExitCode.Failed;
        }
        catch (StartFaultException fault)
        {
            await Console.Error.WriteLineAsync($"actorlog: cannot start: {fault.Cause}\nactorlog: remedy: {fault.Remedy}");
            return ExitCode.Failed;
        }
    }

    // The first signal drains, the second ends at once.
    private static void OnSignal(PosixSignalContext context, CancellationTokenSource signalled)
    {
        if (!signalled.IsCancellationRequested)
        {
            context.Cancel = true;
            signalled.Cancel();
        }
    }

    private static async Task RunNodeAsync(NodeSettings settings, CancellationToken stop)
    {
        var ledger = new Ledger();
        var readiness = new Readiness();
        var isEdge = settings.Roles.HasFlag(NodeRoles.Edge);
        var isAggregator = settings.Roles.HasFlag(NodeRoles.Aggregator);
        var identity = settings.Tls is { } tls ? new TlsIdentity(tls) : null;
        ledger.Set(LedgerLevel.CertificateEnds, identity is null ? 0 : new DateTimeOffset(identity.Validity.Ends).ToUnixTimeSeconds());
        using var stores = new NodeStores();
        var spoolFile = isEdge ? SqliteFile.Prepare(settings.Spool.Path) : null;
        var journalFile = isAggregator ? SqliteFile.Prepare(settings.Aggregator.JournalPath) : null;

        var config = AkkaConfig.Of(settings);
        var setup = BootstrapSetup.Create().WithConfig(config).And(PersistencePlugins.Bind(spoolFile, journalFile));
        using var system = ActorSystem.Create("actorlog", setup);
        var status = system.ActorOf(StatusActor.Props(readiness, ledger), "status");

        var ages = new CautiousTime(TimeProvider.System, leap => NodeLog.Of(system).Warning(
            "the clock went ahead by {0} at once: only when it has stood by that for a day is anything deleted or forgotten for its age",
            leap));
        if (identity?.Fault(TimeProvider.System.GetUtcNow()) is { } invalid)
        {
            NodeLog.Of(system).Warning("tls.certificate: {0}; no peer accepts it (actorlog certs makes a new one)", invalid);
        }

        var aggregator = isAggregator
            ? AggregatorNode.Start(system, settings, journalFile!, identity, stores, ledger, readiness, status, ages) : null;
        var edge = isEdge
            ? EdgeNode.Start(system, settings, spoolFile!, identity, aggregator, stores, ledger, readiness, status, ages) : null;
        using var metrics = new Metrics(ledger, settings.Roles, TimeProvider.System);
        await using var web = ControlPlane.Start(settings, readiness, metrics, NodeLog.Of(system));
        Banner.Show(settings, Console.Out);

        // The platform starts it again: what was accepted stands in spool and journal.
        var signal = Task.Delay(Timeout.Infinite, stop);
        var ended = await Task.WhenAny(signal, system.WhenTerminated, readiness.Broken, edge?.Graph ?? signal);
        if (ended != signal)
        {
            throw new NodeBrokenException(
                ended == system.WhenTerminated ? "the actor system has ended by itself"
                : ended == readiness.Broken ? $"{await readiness.Broken} has ended by itself"
                : "the edge's graph has ended by itself",
                ended.Exception);
        }

        readiness.SetStopping();
        using var limit = new CancellationTokenSource(DrainMax);
        if (edge is not null)
        {
            await edge.DrainAsync(limit.Token);
        }

        if (aggregator is not null)
        {
            await aggregator.StopAsync(limit.Token);
        }

        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
    }
}
