using System.Diagnostics;
using System.Globalization;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>
/// A control group (version 1, controllers memory or cpu) below this process's own; gone with the drill, and one that a
/// killed run left is swept away by the next. Needs root.
/// </summary>
internal sealed class ControlGroup : IAsyncDisposable
{
    private const string Mark = "actorlog-";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static int _made;
    private readonly string _folder;

    private ControlGroup(string folder) => _folder = folder;

    /// <summary>What stands before a command that is to run in it.</summary>
    public IReadOnlyList<string> Prefix => ["/bin/sh", "-c", $"echo $$ >{_folder}/cgroup.procs && exec \"$@\"", "sh"];

    /// <summary>Makes one.</summary>
    /// <param name="controller">memory or cpu.</param>
    public static ControlGroup Make(string controller)
    {
        var own = File.ReadAllLines("/proc/self/cgroup").Select(static l => l.Split(':', 3))
            .FirstOrDefault(l => l[1].Split(',').Contains(controller))
            ?? throw new InvalidOperationException($"no control groups of version 1 for {controller} on this machine");
        var parent = $"/sys/fs/cgroup/{controller}{own[2]}".TrimEnd('/');
        Sweep(parent);
        var folder = $"{parent}/{Mark}{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
        Directory.CreateDirectory(folder);
        return new ControlGroup(folder);
    }

    /// <summary>Sets a limit.</summary>
    public void Set(string name, long value) =>
        File.WriteAllText(Path.Combine(_folder, name), value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number that it shows.</summary>
    public long Read(string name) => long.Parse(File.ReadAllText(Path.Combine(_folder, name)), CultureInfo.InvariantCulture);

    /// <summary>A number in a file of names and numbers, such as oom_kill in memory.oom_control.</summary>
    public long Read(string file, string name) => File.ReadAllLines(Path.Combine(_folder, file))
        .Select(static l => l.Split(' ')).Where(l => l[0] == name)
        .Select(static l => long.Parse(l[1], CultureInfo.InvariantCulture)).First();

    /// <summary>Puts a running process into it.</summary>
    public void Take(ChildProcess process) => Set("cgroup.procs", process.Id);

    /// <summary>Removes it, as soon as its processes have ended.</summary>
    public async ValueTask DisposeAsync() =>
        await Eventually.True(() => File.ReadAllText(Path.Combine(_folder, "cgroup.procs")).Length == 0 && TryRemove(_folder), Limit, _folder);

    // What bears our mark and the id of a process that is no more was left by a run that was killed.
    private static void Sweep(string parent)
    {
        foreach (var folder in Directory.GetDirectories(parent, Mark + "*"))
        {
            var owner = Path.GetFileName(folder)[Mark.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{owner}"))
            {
                continue;
            }

            foreach (var id in File.ReadAllLines(Path.Combine(folder, "cgroup.procs")))
            {
                using var left = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
                left.Kill();
                left.WaitForExit();
            }

            if (!TryRemove(folder))
            {
                throw new InvalidOperationException($"{folder} cannot be removed");
            }
        }
    }

    private static bool TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (IOException)
        {
            // Its last process is not gone to the end.
            return false;
        }
    }
}
