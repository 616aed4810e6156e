using System.Globalization;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// An edge and an aggregator in a network namespace each, and a wire between them (wire.c) whose weather a drill makes.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private const string EdgeAddress = "10.98.0.1";
    private const string AggregatorAddress = "10.98.0.2";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TempDirectory _directory = new();
    private NetworkNamespace? _edge;
    private NetworkNamespace? _aggregator;
    private ChildProcess? _process;

    private Wire()
    {
    }

    /// <summary>The edge's namespace.</summary>
    public NetworkNamespace Edge => _edge!;

    /// <summary>The aggregator's namespace.</summary>
    public NetworkNamespace Aggregator => _aggregator!;

    /// <summary>Makes the namespaces and the wire; the weather is fair.</summary>
    public static async Task<Wire> Lay(int seed)
    {
        var wire = new Wire();
        try
        {
            await wire.LayAsync(seed);
            return wire;
        }
        catch
        {
            await wire.DisposeAsync();
            throw;
        }
    }

    /// <summary>A plant on both ends of it.</summary>
    public PlantConfig Place(PlantConfig config) => config with
    {
        Edge = node => config.Edge(node) with { Network = Edge, ForwardHost = Certificates.Aggregator },
        Aggregator = node => config.Aggregator(node) with { Network = Aggregator, GatewayAddress = "0.0.0.0" },
    };

    /// <summary>The weather from now on, the same for both directions.</summary>
    public void Set(Weather both) => Set(both, both);

    /// <summary>The weather from now on.</summary>
    public void Set(Weather toAggregator, Weather toEdge)
    {
        // Replaced as a whole: the wire never reads half of it.
        File.WriteAllText(_directory["next"], $"{toAggregator.Line}\n{toEdge.Line}\n");
        File.Move(_directory["next"], _directory["weather"], overwrite: true);
    }

    /// <summary>Which address the edge knows the aggregator by.</summary>
    public void Name(string address) => Edge.WriteEtc("hosts", $"127.0.0.1 localhost\n{address} {Certificates.Aggregator}\n");

    /// <summary>Nobody knows the aggregator's name, and nobody can be asked.</summary>
    public void NameNothing() => Edge.WriteEtc("hosts", "127.0.0.1 localhost\n");

    /// <summary>Moves the aggregator to another address.</summary>
    public async Task Move(string address)
    {
        await Aggregator.Configure("address", "delete", $"{AggregatorAddress}/24", "dev", "wire");
        await Aggregator.Configure("address", "add", $"{address}/24", "dev", "wire");
        Name(address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        foreach (var network in new[] { _edge, _aggregator }.OfType<NetworkNamespace>())
        {
            await network.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task LayAsync(int seed)
    {
        var program = await CSource.Compile("Network/wire.c", _directory.Path);
        Set(Weather.Fair);
        _edge = await NetworkNamespace.Make("edge");
        _aggregator = await NetworkNamespace.Make("aggregator");
        _edge.WriteEtc("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        Name(AggregatorAddress);
        _process = ChildProcess.Start(
            program, [_edge.Name, _aggregator.Name, _directory["weather"], seed.ToString(CultureInfo.InvariantCulture)], "/");
        await _process.WaitForLine("ready", Limit);
        foreach (var (network, address) in new[] { (_edge, EdgeAddress), (_aggregator, AggregatorAddress) })
        {
            await network.Configure("address", "add", $"{address}/24", "dev", "wire");
            await network.Configure("link", "set", "wire", "up");
        }
    }
}
