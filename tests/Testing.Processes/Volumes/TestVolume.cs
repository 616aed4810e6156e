using System.Globalization;

namespace ActorLog.Testing.Processes.Volumes;

/// <summary>
/// A file system of a test's own, mounted below /tmp as root and unmounted with it. What a test that was killed has left
/// behind bears its process's number: the next volume of any test takes it away.
/// </summary>
public abstract class TestVolume : IAsyncDisposable
{
    private const string Prefix = "/tmp/al-volume-";

    /// <summary>Makes the folder to mount at; mounts nothing yet.</summary>
    protected TestVolume()
    {
        Folder = $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}"[..(Prefix.Length + 16)];
        Path = Directory.CreateDirectory(System.IO.Path.Combine(Folder, "mount")).FullName;
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>A folder beside the mount, of the same life.</summary>
    protected string Folder { get; }

    /// <summary>A path on it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Unmounts it, also when something still uses it.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await TakeAway(Folder);
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes away what tests left that are no more.</summary>
    protected static async Task Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories("/tmp", "al-volume-*"))
        {
            var owner = folder[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{int.Parse(owner, CultureInfo.InvariantCulture)}"))
            {
                await TakeAway(folder);
            }
        }
    }

    /// <summary>Runs a command to its end.</summary>
    protected static Task Run(string command, params string[] arguments) =>
        ChildProcess.Run(Repository.Part(command), arguments, "/");

    /// <summary>What is mounted at a path, as /proc/self/mounts says; null for nothing.</summary>
    protected static string? DeviceAt(string path) =>
        File.ReadLines("/proc/self/mounts").Select(static line => line.Split(' ')).LastOrDefault(m => m[1] == path)?[0];

    private static async Task TakeAway(string folder)
    {
        var mount = System.IO.Path.Combine(folder, "mount");
        while (DeviceAt(mount) is not null)
        {
            await Run("umount", "--lazy", mount);
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
