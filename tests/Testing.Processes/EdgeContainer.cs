namespace ActorLog.Testing.Processes;

/// <summary>
/// An edge in a container, as a pod in Kubernetes has it: the configuration of k8s/base/edge with what a pod's manifest
/// gives it, 128 MiB of memory, a volume for the spool and one for the sockets.
/// </summary>
public sealed class EdgeContainer : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly TempDirectory _directory = new();
    private readonly string _name;
    private readonly int _gateway;
    private readonly int _http = FreePort.Next();
    private readonly string _tls;
    private Container? _container;

    /// <summary>Prepares one; nothing runs yet.</summary>
    /// <param name="name">The node's name: the host of its records.</param>
    /// <param name="certificates">The folder that <see cref="Certificates.Make"/> filled.</param>
    /// <param name="gateway">The aggregator's port on loopback.</param>
    public EdgeContainer(string name, string certificates, int gateway)
    {
        _name = name;
        _gateway = gateway;
        _tls = _directory.Folder("tls");
        foreach (var (from, to) in new[] { ("ca.pem", "ca.crt"), ("edge-node.pem", "tls.crt"), ("edge-node-key.pem", "tls.key") })
        {
            File.Copy(Path.Combine(certificates, from), Path.Combine(_tls, to));
        }
    }

    /// <summary>The volume of the sockets, which the application mounts too.</summary>
    public string Sockets => _directory.Folder("sockets");

    /// <summary>The datagram socket.</summary>
    public string UnixDatagram => Path.Combine(Sockets, "log.sock");

    /// <summary>What runs now, or ran last.</summary>
    public Container Container => _container ?? throw new InvalidOperationException($"{_name} has not been started");

    /// <summary>Starts it, or after a stop a new container on the same volumes, and waits until it is ready.</summary>
    /// <param name="options">Further options of podman run.</param>
    public async Task Start(params IEnumerable<string> options)
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        // U: the volumes belong to the container's user.
        string[] volumes =
        [
            "--volume", $"{_directory.Folder("data")}:/var/lib/actorlog:U",
            "--volume", $"{Sockets}:/run/actorlog:U",
            "--volume", $"{_tls}:/etc/actorlog-tls:ro,U",
            "--volume", $"{Repository.At("k8s", "base", "edge", "edge.hocon")}:/etc/actorlog/actorlog.hocon:ro",
        ];
        string[] variables =
        [
            "--env", $"ACTORLOG_NAME={_name}",
            "--env", $"ACTORLOG_FORWARD_ENDPOINTS=localhost:{_gateway}",
            "--env", $"ACTORLOG_HTTP_LISTEN=127.0.0.1:{_http}",
        ];
        _container = await Container.Start(await Podman.Image, ["--memory", "128m", .. volumes, .. variables, .. options]);
        // Asked from outside: the container's own way starts a process in it each time.
        await Eventually.True(IsReady, ActorLogProcess.StartLimit, () => $"{_name} is ready");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{_http}/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
