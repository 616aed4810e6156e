using System.Diagnostics;
using ActorLog.Drills.Resources;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Scale;

/// <summary>An aggregator, and thousands of edges that are connected to it.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const int MessagesPerBlock = 10;
    private static readonly double[] Shares = [0.5, 0.95, 1];
    private readonly TempDirectory _directory = new();
    private readonly ControlGroup _group = ControlGroup.Make("memory");
    private readonly string _files;
    private ActorLogProcess _aggregator = null!;
    private ManyEdges _edges = null!;

    private Fleet(long memory)
    {
        _files = _directory["logs"];
        _group.Set("memory.limit_in_bytes", memory);
    }

    /// <summary>The edges.</summary>
    public ManyEdges Edges => _edges;

    /// <summary>The aggregator.</summary>
    public ChildProcess Aggregator => _aggregator.Process;

    /// <summary>Starts the aggregator, and no edge yet.</summary>
    /// <param name="certificates">The folder of certificates.</param>
    /// <param name="most">How many edges there will be at most.</param>
    /// <param name="hosts">Of how many machines.</param>
    /// <param name="memory">The aggregator's limit, bytes.</param>
    /// <param name="further">Settings of the aggregator.</param>
    public static async Task<Fleet> Start(string certificates, int most, int hosts, long memory, string further = "")
    {
        var fleet = new Fleet(memory);
        try
        {
            var gateway = FreePort.Next();
            fleet._aggregator = await ActorLogProcess.Start(new NodeConfig
            {
                Role = "aggregator",
                Name = "logs1",
                DataDirectory = fleet._directory["aggregator"],
                Gateway = gateway,
                AggregatorFiles = fleet._files,
                Certificates = certificates,
                Prefix = fleet._group.Prefix,
                Further = $"aggregator.connections-max = {2 * most}\n{further}",
            });
            fleet._edges = new ManyEdges(certificates, fleet._aggregator, gateway, most, hosts);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the aggregator takes.</summary>
    public async Task<string> Account() =>
        $"{Vitals.AnonymousKiB(Aggregator) >> 10} MiB anonymous, {await _aggregator.Count("dotnet_gc_heap_bytes") >> 20} MiB of heap, "
        + $"{Vitals.Descriptors(Aggregator)} descriptors, {Vitals.Cpu(Aggregator).TotalSeconds:0.0} s of CPU";

    /// <summary>
    /// Kills the aggregator while blocks are under way, has the edges spool as many again, starts it after a while, and says
    /// how they came back.
    /// </summary>
    public async Task Fail(DrillRun run, TimeSpan away, int blocks)
    {
        var spooling = _edges.Spool(blocks, MessagesPerBlock);
        await _aggregator.Kill();
        await spooling;
        await _edges.UntilDown();
        await _edges.Spool(blocks, MessagesPerBlock);
        // How long nobody answers is what is drilled.
        await Task.Delay(away);
        _edges.Status.Forget();
        await _aggregator.BeginAgain();
        var clock = Stopwatch.StartNew();
        await _aggregator.Ready();
        var ready = clock.Elapsed;
        var back = new List<string>();
        foreach (var share in Shares)
        {
            var due = (int)Math.Ceiling(_edges.Count * share);
            await _edges.UntilUp(due);
            back.Add($"{share:P0} after {(clock.Elapsed - ready).TotalSeconds:0.0} s");
        }

        var connected = Vitals.Cpu(Aggregator);
        await _edges.UntilStored();
        run.Say(
            $"away for {away.TotalSeconds:0} s: of {_edges.Count} edges were back, counted from ready (which took {ready.TotalSeconds:0.0} s): {string.Join(", ", back)}; "
            + $"by then {connected.TotalSeconds:0.0} s of CPU; all was stored after {(clock.Elapsed - ready).TotalSeconds:0.0} s; {await Account()}");
        run.Say($"tries that failed meanwhile: {(_edges.Status.Faults() is { Length: > 0 } faults ? faults : "none")}; "
            + $"refused by the gateway: {Aggregator.Output.Count(static l => l.Contains("gateway refused", StringComparison.Ordinal))}");
    }

    /// <summary>Stops the aggregator; what the edges have spooled must stand once.</summary>
    public async Task Finish(DrillRun run)
    {
        await _edges.UntilStored();
        await DrillRun.Stop(_aggregator);
        var found = Verifier.Read(_files, _edges.Ledger, Accounting.IsGapLine);
        var kills = _group.Read("memory.oom_control", "oom_kill");
        run.Say($"oom_kill {kills}, at most {_group.Read("memory.max_usage_in_bytes") >> 20} MiB with the page cache");
        DrillRun.Require(kills == 0, $"killed for its memory\n{Aggregator.Account()}");
        run.Say($"{_edges.Ledger.Sent:N0} spooled; {DrillTally.Short(found)}");
        DrillRun.Require(found.Foreign == 0, $"lines of others: {found}");
        run.Tally.Add(found);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_edges is not null)
        {
            await _edges.DisposeAsync();
        }

        if (_aggregator is not null)
        {
            await _aggregator.DisposeAsync();
        }

        await _group.DisposeAsync();
        _directory.Dispose();
    }
}
