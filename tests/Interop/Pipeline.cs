using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>An edge process with every kind of listener, and unless it is left out an aggregator process behind mutual TLS.</summary>
internal sealed class Pipeline : IAsyncDisposable
{
    /// <summary>The name of the edge's node: the host of what comes over a local socket.</summary>
    public const string EdgeName = "web1";

    private readonly TempDirectory _directory = new();
    private ActorLogProcess? _aggregator;
    private ActorLogProcess? _edge;

    public int Udp { get; } = FreePort.Next();

    public int Tcp { get; } = FreePort.Next();

    public int Tls { get; } = FreePort.Next();

    public string UnixDatagram => _directory["log.sock"];

    public string UnixStream => _directory["log-stream.sock"];

    public string EdgeFiles => _directory["edge-logs"];

    public string AggregatorFiles => _directory["aggregator-logs"];

    /// <summary>Where certificates are, if there are any: a CA's, a server's and an edge's.</summary>
    public string Certificates => _directory["certs"];

    /// <summary>A folder for what the test itself needs.</summary>
    public string Scratch => _directory.Folder("scratch");

    /// <summary>An edge alone: what it takes stands in <see cref="EdgeFiles"/>.</summary>
    public static async Task<Pipeline> StartEdge()
    {
        var pipeline = new Pipeline();
        return await pipeline.Begin(() => pipeline.StartEdge(gateway: null, certificates: null));
    }

    /// <summary>An edge alone that listens over TLS too.</summary>
    public static async Task<Pipeline> StartTlsEdge()
    {
        var pipeline = new Pipeline();
        return await pipeline.Begin(async () =>
            await pipeline.StartEdge(gateway: null, await Testing.Processes.Certificates.Make(pipeline.Certificates)));
    }

    /// <summary>Edge and aggregator: what the edge takes stands in the files of both.</summary>
    public static async Task<Pipeline> Start()
    {
        var pipeline = new Pipeline();
        return await pipeline.Begin(async () =>
        {
            var certificates = await Testing.Processes.Certificates.Make(pipeline.Certificates);
            var gateway = FreePort.Next();
            pipeline._aggregator = await ActorLogProcess.Start(new NodeConfig
            {
                Role = "aggregator",
                Name = "logs1",
                DataDirectory = pipeline._directory["aggregator"],
                Gateway = gateway,
                AggregatorFiles = pipeline.AggregatorFiles,
                Certificates = certificates,
            });
            await pipeline.StartEdge(gateway, certificates);
        });
    }

    /// <summary>Every line below a folder, whichever host's file it stands in.</summary>
    public static IReadOnlyList<string> Lines(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.log", SearchOption.AllDirectories).SelectMany(ReadLines)] : [];

    /// <summary>What both processes printed, for a failing test.</summary>
    public string Account() => $"{_edge?.Process.Account()}\n{_aggregator?.Process.Account()}";

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

    private static IEnumerable<string> ReadLines(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        // Only a line that has its end is a line: the program may be writing the next.
        var text = reader.ReadToEnd();
        return text.Split('\n')[..^1];
    }

    private async Task<Pipeline> Begin(Func<Task> start)
    {
        try
        {
            await start();
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task StartEdge(int? gateway, string? certificates) =>
        _edge = await ActorLogProcess.Start(new NodeConfig
        {
            Role = "edge",
            Name = EdgeName,
            DataDirectory = _directory["edge"],
            Udp = Udp,
            Tcp = Tcp,
            Tls = certificates is null ? null : Tls,
            UnixDatagram = UnixDatagram,
            UnixStream = UnixStream,
            LocalFiles = EdgeFiles,
            Forward = gateway,
            Certificates = certificates,
        });
}
