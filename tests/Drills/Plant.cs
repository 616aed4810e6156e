using System.Net.Sockets;
using ActorLog.Drills.Running;
using ActorLog.Sinks.Storage;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>An edge that listens on TCP and believes the header's host, and an aggregator behind mutual TLS.</summary>
internal sealed class Plant : IAsyncDisposable
{
    private static readonly TimeSpan DeliveryMax = TimeSpan.FromMinutes(5);
    private readonly TempDirectory _directory = new();
    private readonly int _tcp = FreePort.Next();
    private NodeConfig _edgeConfig = null!;
    private NodeConfig _aggregatorConfig = null!;
    private ActorLogProcess? _edge;
    private ActorLogProcess? _aggregator;

    private Plant()
    {
    }

    public ActorLogProcess Edge => _edge!;

    public ActorLogProcess Aggregator => _aggregator!;

    public OracleTarget Target => _edgeConfig.Network is { } network
        ? OracleTarget.Tcp(_tcp, () => network.OpenSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        : OracleTarget.Tcp(_tcp);

    /// <summary>The aggregator's files.</summary>
    public string Files => _aggregatorConfig.AggregatorFiles!;

    /// <summary>How often the edge's present run has reached the aggregator.</summary>
    public int Connections =>
        Edge.Process.Output.Count(static l => l.Contains("forwarding to ", StringComparison.Ordinal));

    /// <summary>The edge's spool.</summary>
    public string Spool => Path.Combine(_edgeConfig.DataDirectory, "spool.db");

    /// <summary>The aggregator's journal.</summary>
    public string Journal => Path.Combine(_aggregatorConfig.DataDirectory, "journal.db");

    /// <summary>Starts both, at once.</summary>
    public static async Task<Plant> Start(PlantConfig config)
    {
        var plant = new Plant();
        try
        {
            await plant.StartBoth(config);
            return plant;
        }
        catch
        {
            await plant.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Waits until the files stand still and hold what is wanted; what they hold when both have been stopped. A line that says
    /// what was lost counts as foreign.
    /// </summary>
    public async Task<Verification> Finish(OracleLedger ledger, Func<Verification, bool> isComplete)
    {
        var last = (Bytes: -1L, Found: (Verification?)null);
        await Eventually.True(
            () => Task.FromResult(IsComplete()),
            DeliveryMax,
            () => $"{last.Found}\n{Account()}");
        await DrillRun.Stop(Edge);
        await DrillRun.Stop(Aggregator);
        return Verifier.Read(Files, ledger, Accounting.IsGapLine);

        bool IsComplete()
        {
            var bytes = SegmentFiles.PlainBytes(Files);
            if (bytes != last.Bytes)
            {
                last = (bytes, last.Found);
                return false;
            }

            try
            {
                last = (bytes, Verifier.Read(Files, ledger, Accounting.IsGapLine));
                return isComplete(last.Found!);
            }
            catch (FileNotFoundException)
            {
                // Compressed between the listing and the reading.
                return false;
            }
        }
    }

    /// <summary>What actorlog report says of the edge; it must answer 0, which says that everything agrees.</summary>
    public Task<IReadOnlyList<string>> Report() => Accounting.Report(_edgeConfig);

    /// <summary>What both printed, for a failing test.</summary>
    public string Account() => $"edge: {_edge?.Process.Account()}\naggregator: {_aggregator?.Process.Account()}";

    public async ValueTask DisposeAsync()
    {
        if (_edge is not null)
        {
            await _edge.DisposeAsync();
        }

        if (_aggregator is not null)
        {
            await _aggregator.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>The variable that makes a run end at a place, name[:n].</summary>
    public static Dictionary<string, string>? CrashAt(string? place) =>
        place is null ? null : new() { [CrashPoint.Variable] = place };

    private async Task StartBoth(PlantConfig config)
    {
        var gateway = FreePort.Next();
        _aggregatorConfig = config.Aggregator(new NodeConfig
        {
            Role = "aggregator",
            Name = "logs1",
            DataDirectory = _directory["aggregator"],
            Gateway = gateway,
            AggregatorFiles = _directory["logs"],
            Certificates = config.Certificates,
            Further = config.Both + "\n" + config.OfAggregator,
        });
        _edgeConfig = config.Edge(new NodeConfig
        {
            Role = "edge",
            Name = "web1",
            DataDirectory = _directory["edge"],
            Tcp = _tcp,
            Forward = gateway,
            Certificates = config.Certificates,
            Further = config.Both + "\n" + config.EdgeHoldsBack + "\n" + config.OfEdge,
        });
        _aggregator = ActorLogProcess.Begin(_aggregatorConfig, CrashAt(config.AggregatorCrashesAt));
        _edge = ActorLogProcess.Begin(_edgeConfig, CrashAt(config.EdgeCrashesAt));
        await Task.WhenAll(_aggregator.Ready(), _edge.Ready());
    }
}

/// <summary>What a drill sets differently.</summary>
/// <param name="Certificates">The folder of the certificates.</param>
internal sealed record PlantConfig(string Certificates)
{
    /// <summary>How long a full queue holds the sender back before it drops.</summary>
    public string StallMax { get; init; } = "1m";

    /// <summary>A full queue holds the sender back and never drops: what is lost is the crash's loss alone.</summary>
    public string EdgeHoldsBack => $"""
        batching.stall-max = {StallMax}
        forward.backoff-max = 500ms
        """;

    /// <summary>Settings of both nodes.</summary>
    public string Both { get; init; } = "";

    /// <summary>Settings of the aggregator: files turn over quickly unless it is said otherwise.</summary>
    public string OfAggregator { get; init; } = "";

    /// <summary>Settings of the edge, over those that make it hold its senders back.</summary>
    public string OfEdge { get; init; } = "";

    /// <summary>Changes the edge's configuration: another folder, a command before it, variables.</summary>
    public Func<NodeConfig, NodeConfig> Edge { get; init; } = static config => config;

    /// <summary>Changes the aggregator's.</summary>
    public Func<NodeConfig, NodeConfig> Aggregator { get; init; } = static config => config;

    /// <summary>Where the edge's first run ends, name[:n].</summary>
    public string? EdgeCrashesAt { get; init; }

    /// <summary>Where the aggregator's first run ends, name[:n].</summary>
    public string? AggregatorCrashesAt { get; init; }
}
