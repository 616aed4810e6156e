namespace ActorLog.Testing.Processes;

/// <summary>
/// podman with a storage and a configuration of the tests' own, below the folder of scripts/install-test-parts: images
/// stay there from run to run, and nothing is seen of the machine's other containers.
/// </summary>
public static class Podman
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(30);
    private static readonly Lazy<Task<string>> BuiltImage = new(static () => Make("make-image"));
    private static readonly Lazy<Task<string>> BuiltBase = new(static () => Make("make-base-image"));
    private static readonly string Folder = Path.Combine(
        Environment.GetEnvironmentVariable("ACTORLOG_TEST_PARTS") ?? "/var/lib/actorlog-test-parts", "containers");

    // crun does not work with hybrid cgroups, and there is no systemd to ask for one.
    private static readonly string[] Options =
    [
        "--log-level", "fatal", "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "none",
        // Nothing stays mounted when the last container has gone.
        "--storage-opt", "overlay.skip_mount_home=true",
        "--root", Path.Combine(Folder, "storage"), "--runroot", Path.Combine(Folder, "run"), "--tmpdir", Path.Combine(Folder, "tmp"),
    ];

    /// <summary>The program's image, built when the repository has changed since the last time.</summary>
    public static Task<string> Image => BuiltImage.Value;

    /// <summary>The image below it: Debian's libraries and time zones.</summary>
    public static Task<string> BaseImage => BuiltBase.Value;

    /// <summary>Runs a command of podman to its end; what it printed.</summary>
    /// <exception cref="InvalidOperationException">It answered other than 0; the message holds what it printed.</exception>
    public static Task<IReadOnlyList<string>> Run(params IEnumerable<string> arguments) =>
        ChildProcess.Run(Repository.Part("podman"), [.. Options, .. arguments], "/", Variables());

    /// <summary>Runs a command of podman to its end, whatever it answers; the exit code and what it printed.</summary>
    public static async Task<(int Code, IReadOnlyList<string> Output)> Try(params IEnumerable<string> arguments)
    {
        await using var child = ChildProcess.Start(Repository.Part("podman"), [.. Options, .. arguments], "/", Variables());
        return (await child.Exit(ActorLogProcess.StartLimit), child.Output);
    }

    private static async Task<string> Make(string script)
    {
        var environment = Variables();
        environment["PODMAN"] = string.Join(' ', [Repository.Part("podman"), .. Options]);
        environment["ACTORLOG_IMAGE_CACHE"] = Path.Combine(Folder, "cache");
        await using var child = ChildProcess.Start(Repository.At("scripts", script), [], Repository.Root, environment);
        return await child.Exit(BuildLimit) == 0
            ? child.Output.Last(static l => l.StartsWith("localhost/", StringComparison.Ordinal))
            : throw new InvalidOperationException(child.Account());
    }

    private static Dictionary<string, string> Variables()
    {
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, "containers.conf");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
                [network]
                network_backend = "netavark"

                """);
        }

        return new() { ["CONTAINERS_CONF"] = file };
    }
}
