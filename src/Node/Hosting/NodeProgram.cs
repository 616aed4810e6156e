using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ActorLog.Node.Cli;
using ActorLog.Node.Clustering;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Node.Web;
using ActorLog.Protocol.Batches;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>Runs a node: databases, actor system, aggregator, edge, control plane; then waits for a signal and drains.</summary>
internal static class NodeProgram
{
    private const int SalvagesMax = 3;
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan ShutdownBegins = TimeSpan.FromSeconds(5);

    /// <summary>Name and version, as shown to peers and people.</summary>
    public static string Software { get; } = $"actorlog {typeof(NodeProgram).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>Runs until SIGTERM, SIGINT or cancellation; the exit code.</summary>
    public static async Task<int> RunAsync(NodeSettings settings, CancellationToken stop)
    {
        using var signalled = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, signalled));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, signalled));
        using var trimming = NativeHeap.KeepTrimmed();
        _ = LibraryPages.GiveBackAfterStartAsync(signalled.Token);
        try
        {
            for (var left = SalvagesMax; !await RunNodeAsync(settings, left > 0, signalled.Token); left--)
            {
                await Console.Error.WriteLineAsync("actorlog: starting anew, to salvage what is good of a damaged database");
            }

            return ExitCode.Ok;
        }
        catch (NodeBrokenException broken)
        {
            var cause = broken.InnerException is { } inner ? $": {inner.GetBaseException()}" : string.Empty;
            await Console.Error.WriteLineAsync($"actorlog: {broken.Message}{cause}");
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

    // False: a database turned out to be damaged, and the node must start anew with what can be salvaged of it.
    private static async Task<bool> RunNodeAsync(NodeSettings settings, bool maySalvage, CancellationToken stop)
    {
        var ledger = new Ledger();
        var readiness = new Readiness();
        var isEdge = settings.Roles.HasFlag(NodeRoles.Edge);
        var isAggregator = settings.Roles.HasFlag(NodeRoles.Aggregator);
        var identities = new NodeIdentities(settings);
        using var stores = new NodeStores();
        using var spool = isEdge ? NodeDatabase.Open(settings.Spool.Path, DatabaseKind.Spool, TimeProvider.System) : null;
        var journalKind = settings.Aggregator.Postgres is null ? DatabaseKind.Journal : DatabaseKind.Ledger;
        using var journal = isAggregator
            ? NodeDatabase.Open(settings.Aggregator.JournalPath, journalKind, TimeProvider.System) : null;
        var (spoolFile, journalFile) = (spool?.File, journal?.File);
        await using var postgres = isAggregator && settings.Aggregator.Postgres is { } database
            ? new PostgresJournal(database, journalFile!) : null;
        var events = postgres ?? (IJournal?)journalFile;

        using var link = isAggregator && settings.Aggregator.Cluster is { } cluster ? ClusterLink.Bind(cluster, identities.Node!) : null;
        var config = AkkaConfig.Of(settings);
        var setup = BootstrapSetup.Create().WithConfig(config).And(PersistencePlugins.Bind(spoolFile, events));
        using var system = ActorSystem.Create("actorlog", link is null ? setup : setup.And(link));
        Tell(spool, "spool", system, ledger, readiness);
        Tell(journal, postgres is null ? "journal" : "ledger", system, ledger, readiness);
        var status = system.ActorOf(StatusActor.Props(readiness, ledger), "status");
        await using var keeper = new LedgerKeeper(ledger, (spoolFile ?? journalFile)!, settings.Name, NodeLog.Of(system));

        var ages = new CautiousTime(TimeProvider.System, leap => NodeLog.Of(system).Warning(
            "the clock went ahead by {0} at once: only when it has stood by that for a day is anything deleted or forgotten for its age",
            leap));
        if (isAggregator && settings.Aggregator.Cluster?.Advice is { } advice)
        {
            NodeLog.Of(system).Warning("aggregator.cluster.seeds: {0}", advice);
        }

        if (MemoryAdvice.Of(ProcessMemory.Bytes) is { } memory)
        {
            NodeLog.Of(system).Warning("{0}", memory);
        }

        if (identities.All.Count > 0)
        {
            status.Tell(new WatchPart(system.ActorOf(CertificateActor.Props(identities.All, ledger, TimeProvider.System), "certificate")));
        }

        var aggregator = isAggregator
            ? AggregatorNode.Start(system, settings, events!, identities.Node, stores, ledger, readiness, status, ages, stop) : null;
        var edge = isEdge
            ? EdgeNode.Start(system, settings, spoolFile!, identities, aggregator, stores, ledger, readiness, status, ages) : null;
        using var metrics = new Metrics(ledger, settings.Roles, TimeProvider.System);
        await using var web = ControlPlane.Start(settings, readiness, metrics, NodeLog.Of(system));
        Banner.Show(settings, Console.Out);

        // The platform starts it again: what was accepted stands in spool and journal.
        var signal = Task.Delay(Timeout.Infinite, stop);
        Task damaged = Task.WhenAny(new[] { spoolFile?.Damage, journalFile?.Damage }.OfType<Task<Exception>>());
        var ended = await Task.WhenAny(signal, damaged, system.WhenTerminated, readiness.Broken, readiness.Refused, edge?.Graph ?? signal);
        if (ended == damaged)
        {
            return await GiveUpAsync(system, spoolFile, journalFile, maySalvage);
        }

        if (ended == readiness.Refused)
        {
            await Leaving.LeaveAsync(system);
            ExceptionDispatchInfo.Throw(await readiness.Refused);
        }

        // Before what ended for it: the graph and the parts end with the system. The region of one that is put out ends a moment
        // before the shutdown begins that says so.
        if (ended == readiness.Broken && settings.Aggregator.Cluster is not null)
        {
            await Task.WhenAny(system.WhenTerminated, Task.Delay(ShutdownBegins, stop));
        }

        if (isAggregator && CoordinatedShutdown.Get(system).ShutdownReason is CoordinatedShutdown.ClusterDowningReason)
        {
            await system.WhenTerminated;
            throw new NodeBrokenException(
                "the cluster has put this node out, since the majority did not hear it for seconds or it is not of the majority; started anew it joins again", null);
        }

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
        var isDrained = edge is null || await edge.DrainAsync(limit.Token);

        if (aggregator is not null)
        {
            await aggregator.StopAsync(limit.Token);
            await Leaving.LeaveAsync(system);
        }
        else
        {
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        }

        await keeper.EndAsync(isDrained ? LedgerKeeper.Drained : LedgerKeeper.CutShort);
        spool?.Close();
        postgres?.Close();
        journal?.Close();
        return true;
    }

    // Nothing more is written to the file that is damaged: no drain.
    private static async Task<bool> GiveUpAsync(ActorSystem system, SqliteFile? spool, SqliteFile? journal, bool maySalvage)
    {
        var file = spool is { Damage.IsCompleted: true } ? spool : journal!;
        var damage = await file.Damage;
        NodeLog.Of(system).Error("{0} is damaged: {1}", file.Path, damage.GetBaseException().Message);
        await system.Terminate();
        return maySalvage ? false : throw new NodeBrokenException($"{file.Path} is damaged again and again", damage);
    }

    private static void Tell(NodeDatabase? database, string part, ActorSystem system, Ledger ledger, Readiness readiness)
    {
        foreach (var note in database?.Notes ?? [])
        {
            NodeLog.Of(system).Warning("{0}", note);
        }

        if (database?.Salvage is { } salvage)
        {
            NodeLog.Of(system).Error("{0}; {1}.txt has the details", salvage.Summary, salvage.Aside);
            readiness.Note(part, $"salvaged: {salvage.Aside}.txt");
            ledger.Add(LedgerAccount.DatabasesSalvaged, 1);
            ledger.Add(LedgerAccount.SalvageLost, salvage.RecordsLost);
        }
    }
}
