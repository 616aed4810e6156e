using System.Net;
using System.Net.Sockets;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>Aggregators as one cluster over PostgreSQL, each with files of its own, and edges that know all of them, under an endless load.</summary>
internal sealed class ClusterPlant : IAsyncDisposable
{
    /// <summary>The database of the journal.</summary>
    public const string DatabaseName = "actorlog";

    private const int ConnectionsEach = 1;

    // Of Akka's region, several times a second for as long as it has no coordinator.
    private const string Repeated = "buffered messages.";

    /// <summary>How long anything may take that is waited for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ActorLogProcess> _aggregators = [];
    private readonly List<ActorLogProcess> _edges = [];
    private readonly List<string> _roots = [];
    private IReadOnlyList<string> _members = [];
    private readonly List<OracleTarget> _targets = [];
    private readonly ClusterSites _sites;
    private Task _sending = Task.CompletedTask;
    private Platform? _platform;

    private ClusterPlant(PostgresCluster database, ClusterSites sites)
    {
        Database = database;
        _sites = sites;
    }

    public PostgresCluster Database { get; }

    public Oracle Oracle { get; } = new();

    public IReadOnlyList<ActorLogProcess> Aggregators => _aggregators;

    public IReadOnlyList<ActorLogProcess> Edges => _edges;

    /// <summary>Who starts aggregators again that the cluster puts out.</summary>
    public Platform Platform => _platform!;

    /// <summary>The hosts that the load's messages come from.</summary>
    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <summary>Starts all on loopback, and waits until a line of each host stands in a file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="aggregators">How many.</param>
    /// <param name="edges">How many.</param>
    /// <param name="rate">Messages per second of each edge.</param>
    /// <param name="further">Settings of the aggregators.</param>
    /// <param name="build">The build that all of them start with; null: the one under test.</param>
    public static async Task<ClusterPlant> Start(
        DrillRun run, int aggregators, int edges, int rate, string further = "", string? build = null) =>
        await StartAt(run, ClusterSites.OnLoopback(aggregators), await run.Certificates(), edges, rate, further, build);

    /// <summary>Starts all, and waits until a line of each host stands in a file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sites">Where they stand: an aggregator at each place.</param>
    /// <param name="certificates">The folder of certificates.</param>
    /// <param name="edges">How many.</param>
    /// <param name="rate">Messages per second of each edge.</param>
    /// <param name="further">Settings of the aggregators.</param>
    /// <param name="build">The build that all of them start with; null: the one under test.</param>
    public static async Task<ClusterPlant> StartAt(
        DrillRun run, ClusterSites sites, string certificates, int edges, int rate, string further = "", string? build = null)
    {
        var plant = new ClusterPlant(await PostgresCluster.StartAt(sites.Database), sites);
        try
        {
            await plant.Database.CreateDatabase(DatabaseName);
            await plant.StartNodes(certificates, edges, further, build);
            plant._platform = new Platform(plant._aggregators, run.Say);
            plant.Send(edges, rate);
            await plant.Until(
                () => Task.FromResult(plant.Hosts.All(host => plant.OwnerOf(host) is not null)), "a line of each host");
            return plant;
        }
        catch
        {
            await plant.DisposeAsync();
            throw;
        }
    }

    /// <summary>HOST:PORT of each aggregator in the cluster.</summary>
    public IReadOnlyList<string> Members => _members;

    /// <summary>A folder for what a drill keeps beside the nodes' own.</summary>
    public string Folder(string name) => _directory.Folder(name);

    /// <summary>The configuration file of an aggregator.</summary>
    public string ConfigOf(int aggregator) => Path.Combine(_directory[$"aggregator{aggregator}"], "actorlog.hocon");

    /// <summary>Bytes of a host's active file at an aggregator.</summary>
    public long Length(string host, int aggregator)
    {
        var file = new FileInfo(Path.Combine(_roots[aggregator], $"{host}.log"));
        return file.Exists ? file.Length : 0;
    }

    /// <summary>How far an aggregator's file of a host is now.</summary>
    public FileMark MarkOf(string host, int aggregator)
    {
        var file = new FileInfo(Path.Combine(_roots[aggregator], $"{host}.log"));
        return file.Exists ? new FileMark(file.CreationTimeUtc, file.Length) : default;
    }

    /// <summary>Whether an aggregator has a file of a host that was written since.</summary>
    public bool HasWritten(string host, int aggregator, DateTimeOffset since) =>
        Length(host, aggregator) > 0 && File.GetLastWriteTimeUtc(Path.Combine(_roots[aggregator], $"{host}.log")) > since.UtcDateTime;

    /// <summary>The aggregator that wrote a host's last line; null before the first.</summary>
    public int? OwnerOf(string host)
    {
        var written = Enumerable.Range(0, _roots.Count)
            .Where(i => Length(host, i) > 0)
            .Select(i => (Index: i, At: File.GetLastWriteTimeUtc(Path.Combine(_roots[i], $"{host}.log"))))
            .ToArray();
        return written.Length == 0 ? null : written.MaxBy(static w => w.At).Index;
    }

    /// <summary>Waits for a condition.</summary>
    public Task Until(Func<Task<bool>> condition, string what) => Eventually.True(
        async () =>
        {
            await Platform.Check();
            return await condition();
        },
        Limit,
        () => $"{what}\n{Account()}");

    /// <summary>Starts an aggregator again that the drill has ended, and waits until it is ready.</summary>
    public async Task Restart(int aggregator)
    {
        await Platform.BeginAgain(aggregator);
        await Until(async () => await _aggregators[aggregator].Status("ready") == HttpStatusCode.OK, $"logs{aggregator} is ready");
    }

    /// <summary>Sends so many further messages through each edge.</summary>
    public Task SendMore(long each, int rate) => Task.WhenAll(_targets.Select((target, edge) => Oracle.Send(
        target, Load(edge, each, rate) with { Reconnect = false }, _stop.Token)));

    /// <summary>
    /// Ends the load and waits until all that was sent stands in files; then, since files of earlier owners are cut and sealed
    /// behind that, until no line stands twice. Ends all nodes.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="what">What was done.</param>
    /// <param name="wereEdgesStopped">Then what they have taken counts, by their books.</param>
    /// <param name="meanwhile">What is to be done when all is in files and the nodes still run.</param>
    public async Task Finish(DrillRun run, string what, bool wereEdgesStopped = false, Func<Task>? meanwhile = null)
    {
        await _stop.CancelAsync();
        await _sending;
        await Accounting.AllStored(_edges);
        var sent = Oracle.Ledger.Sent;
        Verification? found = null;
        await Eventually.True(
            async () =>
            {
                await Platform.Check();
                found = Read();
                return found is { Duplicate: 0, Torn: 0 } && (wereEdgesStopped || found.Missing == 0);
            },
            Limit,
            () => $"{what}: {sent} sent; {found}\n{Account()}");
        if (meanwhile is not null)
        {
            await meanwhile();
        }

        foreach (var edge in _edges)
        {
            await DrillRun.Stop(edge);
        }

        for (var i = 0; i < _aggregators.Count; i++)
        {
            await Platform.Stop(i);
        }

        run.Say($"{what}: {Platform.EndsSince()}");
        found = Verifier.Read(_roots, Oracle.Ledger, new VerifierSettings { IsForeign = Accounting.IsGapLine });
        run.Say($"{what}: {sent:N0} sent; {DrillTally.Short(found)}");
        DrillRun.Require(found.Foreign == 0, $"lines of others: {found}");
        if (wereEdgesStopped)
        {
            var received = await Accounting.Received(_edges);
            run.Say($"{what}: {received:N0} taken by the edges");
            run.Tally.Add(found, received);
        }
        else
        {
            run.Tally.Add(found);
        }
    }

    /// <summary>What the aggregators and the first edge printed.</summary>
    public string Account() =>
        string.Join('\n', _aggregators.Concat(_edges.Take(1)).Select(static n => n.Process.Account(without: Repeated))) + $"\n{Database.Server.Account()}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_platform is not null)
        {
            await _platform.DisposeAsync();
        }

        foreach (var node in _edges.Concat(_aggregators))
        {
            await node.DisposeAsync();
        }

        await _sending;
        await Database.DisposeAsync();
        _stop.Dispose();
        _directory.Dispose();
    }

    // Segments are sealed and compressed meanwhile: what is gone between listing and reading counts the next time.
    private Verification? Read()
    {
        try
        {
            return Verifier.Read(_roots, Oracle.Ledger, new VerifierSettings { IsForeign = Accounting.IsGapLine, IsRunning = true });
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task StartNodes(string certificates, int edges, string further, string? build)
    {
        var places = _sites.Aggregators;
        var gateways = places.Select(static _ => FreePort.Next()).ToArray();
        var members = places.Select(static place => $"{place.Address}:{FreePort.Next()}").ToArray();
        _members = members;
        var seeds = string.Join(", ", members.Select(static member => $"\"{member}\""));
        for (var i = 0; i < places.Count; i++)
        {
            _roots.Add(_directory[$"logs{i}"]);
            _aggregators.Add(ActorLogProcess.Begin(new NodeConfig
            {
                Role = "aggregator",
                Name = $"logs{i}",
                DataDirectory = _directory[$"aggregator{i}"],
                Gateway = gateways[i],
                GatewayAddress = places[i].Address,
                Network = places[i].Network,
                AggregatorFiles = _roots[i],
                Certificates = certificates,
                Build = build,
                Further = $$"""
                    aggregator.journal = "{{Database.Uri(DatabaseName)}}"
                    aggregator.checkpoint-every = 1s
                    aggregator.cluster {
                      listen = "{{members[i]}}"
                      advertise = "{{members[i]}}"
                      seeds = [{{seeds}}]
                    }
                    {{further}}
                    """,
            }));
        }

        for (var i = 0; i < edges; i++)
        {
            var tcp = FreePort.Next();
            _targets.Add(_sites.Edges.Network is { } network
                ? OracleTarget.Tcp(tcp, () => network.OpenSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
                : OracleTarget.Tcp(tcp));
            // Each begins with another one.
            var first = i % places.Count;
            var others = Enumerable.Range(first + 1, places.Count - 1).Select(at => at % places.Count);
            _edges.Add(ActorLogProcess.Begin(new NodeConfig
            {
                Role = "edge",
                Name = $"web{i}",
                DataDirectory = _directory[$"edge{i}"],
                Tcp = tcp,
                Forward = gateways[first],
                ForwardHost = places[first].Address,
                ForwardOthers = [.. others.Select(at => $"{places[at].Address}:{gateways[at]}")],
                Network = _sites.Edges.Network,
                Certificates = certificates,
                Build = build,
                Further = """
                    forward.backoff-max = 500ms
                    batching.stall-max = 1m
                    batching.window = 50ms
                    """,
            }));
        }

        await Task.WhenAll(_aggregators.Concat(_edges).Select(static n => n.Ready()));
    }

    private void Send(int edges, int rate)
    {
        Hosts = [.. Enumerable.Range(0, edges).SelectMany(static e => Enumerable.Range(0, ConnectionsEach).Select(c => $"shop{e}-{c}"))];
        _sending = Task.WhenAll(_targets.Select((target, edge) => Oracle.Send(target, Load(edge, long.MaxValue, rate), _stop.Token)));
    }

    private static OracleLoad Load(int edge, long messages, int rate) => new(messages)
    {
        Connections = ConnectionsEach,
        Host = $"shop{edge}-{{0}}",
        Header = OracleHeader.Rfc3164,
        Rate = rate,
        Reconnect = true,
    };
}
