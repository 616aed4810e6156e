namespace ActorLog.Testing.Processes;

/// <summary>A container that a test started: its health, its signals, and its end with the test.</summary>
public sealed class Container : IAsyncDisposable
{
    /// <summary>The user that nothing here runs as root for.</summary>
    public const string User = "10001:10001";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(90);
    private static int _count;

    private Container(string name) => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Starts one as the manifests in k8s do: no capability, not root, a root file system that nobody can write.</summary>
    /// <param name="image">Its image.</param>
    /// <param name="options">Further options of podman run: volumes, network, memory, variables.</param>
    /// <param name="command">What runs in it, if not what the image says.</param>
    public static async Task<Container> Start(string image, IEnumerable<string> options, params IEnumerable<string> command)
    {
        var container = new Container($"actorlog-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        string[] hardened =
        [
            "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--user", User,
        ];
        try
        {
            await Podman.Run(["run", "--detach", "--name", container.Name, .. hardened, .. options, image, .. command]);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the image's HEALTHCHECK, as the platform does each 30 s.</summary>
    public async Task<bool> IsHealthy() => (await Podman.Try("healthcheck", "run", Name)).Code == 0;

    /// <summary>Waits until the image's HEALTHCHECK says that all is well.</summary>
    public Task Healthy() => Eventually.True(
        IsHealthy, ActorLogProcess.StartLimit, () => $"{Name} is healthy");

    /// <summary>Runs a command in it; the exit code and what it printed.</summary>
    public Task<(int Code, IReadOnlyList<string> Output)> Execute(params IEnumerable<string> command) =>
        Podman.Try(["exec", Name, .. command]);

    /// <summary>A field of podman's account of it, such as {{.State.Status}}.</summary>
    public async Task<string> Inspect(string format) => (await Podman.Run("inspect", "--format", format, Name))[^1];

    /// <summary>What it printed.</summary>
    public async Task<string> Log() => string.Join('\n', (await Podman.Try("logs", "--tail", "60", Name)).Output);

    /// <summary>SIGTERM, as a platform stops it; the exit code. After the limit podman kills it: 137.</summary>
    public async Task<int> Stop()
    {
        await Podman.Run("stop", "--time", $"{StopLimit.TotalSeconds:0}", Name);
        return int.Parse(await Inspect("{{.State.ExitCode}}"), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Podman.Try("rm", "--force", "--volumes", "--time", "0", "--ignore", Name);
}
