using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// A pod of two containers, as k8s/overlays/sidecar has it: samples/django behind gunicorn, and an edge as its sidecar; a
/// volume for the edge's sockets is all that they share. gunicorn and Django are the machine's own, below /usr.
/// </summary>
internal sealed class WebPod : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);
    private readonly string _pod;
    private readonly TempDirectory _directory = new();
    private readonly EdgeContainer _edge;
    private Container? _web;

    private WebPod(string name, string certificates, int gateway)
    {
        _pod = $"actorlog-{Environment.ProcessId}-{name}";
        _edge = new EdgeContainer(name, certificates, gateway);
    }

    /// <summary>gunicorn's unix socket.</summary>
    public string WebSocket => Path.Combine(_directory.Path, "web", "web.sock");

    /// <summary>Starts the edge, and when it is ready the application: a native sidecar's order.</summary>
    public static async Task<WebPod> Start(string name, string certificates, int gateway)
    {
        var pod = new WebPod(name, certificates, gateway);
        try
        {
            await Podman.Run("pod", "create", "--name", pod._pod, "--network", "host");
            await pod._edge.Start("--pod", pod._pod);
            await pod.StartWeb();
            return pod;
        }
        catch
        {
            await pod.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM to gunicorn, which finishes what it has begun; the exit code.</summary>
    public Task<int> StopWeb() => _web!.Stop();

    /// <summary>SIGTERM to the edge, which delivers what it has; the exit code.</summary>
    public Task<int> StopEdge() => _edge.Container.Stop();

    /// <summary>What both printed.</summary>
    public async Task<string> Account() => $"edge: {await _edge.Container.Log()}\nweb: {(_web is null ? "" : await _web.Log())}";

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        await _edge.DisposeAsync();
        await Podman.Try("pod", "rm", "--force", "--ignore", "--time", "0", _pod);
        _directory.Dispose();
    }

    private async Task StartWeb()
    {
        string[] options =
        [
            "--pod", _pod, "--user", "10002:10002", "--workdir", "/app",
            "--volume", "/usr:/usr:ro", "--volume", $"{Repository.At("samples", "django")}:/app:ro",
            "--volume", $"{_edge.Sockets}:/run/actorlog", "--volume", $"{_directory.Folder("web")}:/run/web:U",
            "--env", "SYSLOG=unix:///run/actorlog/log.sock#dgram", "--env", "BIND=unix:/run/web/web.sock",
            "--env", "PYTHONDONTWRITEBYTECODE=1",
        ];
        _web = await Container.Start(await Podman.BaseImage, options, "gunicorn", "--worker-tmp-dir", "/dev/shm");
        await Eventually.True(
            async () => (await _web.Log()).Contains("Booting worker", StringComparison.Ordinal), StartMax, () => $"gunicorn serves: {_pod}");
    }
}
