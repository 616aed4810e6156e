using System.Globalization;
using System.Net;

namespace ActorLog.Testing.Processes;

/// <summary>The whole program in a process of its own, as an operator runs it. It can be killed, stopped and started again on the same folder.</summary>
public sealed class ActorLogProcess : IAsyncDisposable
{
    /// <summary>Generous: a debug build on a busy machine compiles for seconds.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    /// <summary>How long a drain may take in a test.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string _directory;
    private readonly string[] _before;
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _always;
    private ChildProcess _process;

    private ActorLogProcess(
        string directory, IEnumerable<string> prefix, string[] arguments, int httpPort, IReadOnlyDictionary<string, string> always,
        IReadOnlyDictionary<string, string>? environment = null, NetworkNamespace? network = null, string? program = null)
    {
        _http = NetworkNamespace.HttpIn(network);
        _http.Timeout = TimeSpan.FromSeconds(5);
        _directory = directory;
        _before = [.. network?.Prefix ?? [], .. prefix, DotNet()];
        _arguments = arguments;
        _always = always;
        HttpPort = httpPort;
        Program = program ?? Repository.Program;
        _process = Launch(environment);
    }

    /// <summary>The port of /alive, /ready and /metrics; 0 where the configuration has none.</summary>
    public int HttpPort { get; }

    /// <summary>The build (actorlog.dll) that the next start runs.</summary>
    public string Program { get; set; }

    /// <summary>The process that runs now, or ran last.</summary>
    public ChildProcess Process => _process;

    /// <summary>Starts a node with the configuration and waits until it says that it is ready.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="environment">Variables for this first run alone, such as a crash point.</param>
    public static async Task<ActorLogProcess> Start(NodeConfig config, IReadOnlyDictionary<string, string>? environment = null)
    {
        var node = Begin(config, environment);
        try
        {
            await node.Ready();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node with the configuration and waits for nothing.</summary>
    public static ActorLogProcess Begin(NodeConfig config, IReadOnlyDictionary<string, string>? environment = null)
    {
        var directory = Directory.CreateDirectory(config.DataDirectory).FullName;
        var file = Path.Combine(directory, "actorlog.hocon");
        File.WriteAllText(file, config.ToHocon());
        return new ActorLogProcess(
            directory, config.Prefix, ["run", "--config", file, "--set", "roles=" + config.Role], config.HttpPort, config.Environment,
            environment, config.Network, config.Build);
    }

    /// <summary>Starts the program with any arguments, in the folder.</summary>
    public static ActorLogProcess Begin(string directory, int httpPort, params string[] arguments) =>
        new(directory, [], arguments, httpPort, new Dictionary<string, string>());

    /// <summary>Runs a verb to its end, such as check, certs or version; what it printed.</summary>
    /// <exception cref="InvalidOperationException">It answered other than 0.</exception>
    public static Task<IReadOnlyList<string>> Run(string directory, params string[] arguments) =>
        ChildProcess.Run(DotNet(), [Repository.Program, .. arguments], directory);

    /// <summary>Runs a verb of this node's build on its configuration, such as report; what it printed.</summary>
    /// <exception cref="InvalidOperationException">It answered other than 0.</exception>
    public Task<IReadOnlyList<string>> Ask(string verb) =>
        ChildProcess.Run(DotNet(), [Program, verb, .. _arguments[1..]], _directory);

    /// <summary>Waits until /ready answers 200.</summary>
    public async Task Ready()
    {
        await Eventually.True(
            async () => _process.HasExited || await Status("ready") == HttpStatusCode.OK,
            StartLimit,
            () => "/ready answers 200. " + _process.Account());
        if (_process.HasExited)
        {
            throw new InvalidOperationException(_process.Account());
        }
    }

    /// <summary>The status that a path of the control plane answers, or null when nobody does.</summary>
    public async Task<HttpStatusCode?> Status(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{HttpPort}/{path}"));
            return answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>The text that a path of the control plane answers, such as metrics, whatever the status.</summary>
    public async Task<string> Get(string path)
    {
        using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{HttpPort}/{path}"));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>What a counter or a level says, see <see cref="Metric"/>, in whole numbers.</summary>
    public async Task<long> Count(string name, string labels = "") => (long)await Metric(name, labels);

    /// <summary>What a metric says, such as <c>actorlog_spool_bytes</c>; of one with labels the sum.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="labels">Only those whose line holds this text.</param>
    /// <exception cref="InvalidOperationException">There is no such metric.</exception>
    public async Task<double> Metric(string name, string labels = "")
    {
        var values = (await Get("metrics")).Split('\n')
            .Where(l => l.StartsWith(name + " ", StringComparison.Ordinal) || l.StartsWith(name + "{", StringComparison.Ordinal))
            .Where(l => l.Contains(labels, StringComparison.Ordinal))
            .Select(static l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
            .ToArray();
        return values.Length > 0 ? values.Sum() : throw new InvalidOperationException($"no metric is called {name}");
    }

    /// <summary>kill -9 of this process alone.</summary>
    public Task Kill() => _process.Kill();

    /// <summary>SIGTERM: drains and ends; the exit code.</summary>
    public Task<int> Stop() => _process.Terminate(StopLimit);

    /// <summary>Starts it again on the same folder, after Kill or Stop, and waits until it is ready.</summary>
    public async Task Restart()
    {
        await BeginAgain();
        await Ready();
    }

    /// <summary>Starts it again on the same folder, after Kill or Stop, and waits for nothing.</summary>
    /// <param name="environment">Variables for this run alone, such as a crash point.</param>
    public async Task BeginAgain(IReadOnlyDictionary<string, string>? environment = null)
    {
        // Whoever looks at it meanwhile finds one of the two.
        var before = _process;
        await before.Kill();
        _process = Launch(environment);
        await before.DisposeAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _process.DisposeAsync();
    }

    private ChildProcess Launch(IReadOnlyDictionary<string, string>? environment)
    {
        string[] command = [.. _before, Program, .. _arguments];
        return ChildProcess.Start(
            command[0], command[1..], _directory,
            new Dictionary<string, string>(_always.Concat(environment ?? new Dictionary<string, string>())));
    }

    private static string DotNet() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
