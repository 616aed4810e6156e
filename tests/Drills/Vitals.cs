using System.Diagnostics;
using System.Globalization;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>What a process takes of the machine.</summary>
internal static class Vitals
{
    /// <summary>MiB of memory that it has now.</summary>
    public static long ResidentMiB(ChildProcess process)
    {
        using var seen = Process.GetProcessById(process.Id);
        return seen.WorkingSet64 >> 20;
    }

    /// <summary>KiB of memory that is its own and no file's.</summary>
    public static long AnonymousKiB(ChildProcess process) => long.Parse(
        File.ReadLines($"/proc/{process.Id}/smaps_rollup").First(static l => l.StartsWith("Anonymous:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Open descriptors.</summary>
    public static int Descriptors(ChildProcess process) => Directory.GetFiles($"/proc/{process.Id}/fd").Length;

    /// <summary>Processor time since its start.</summary>
    public static TimeSpan Cpu(ChildProcess process) => Cpu(process.Id);

    /// <summary>Processor time of it and of the processes that it has started and that live.</summary>
    public static TimeSpan CpuOfAll(ChildProcess process) =>
        File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(Cpu(process), static (sum, id) => sum + Cpu(int.Parse(id, CultureInfo.InvariantCulture)));

    /// <summary>The share of one core that it takes over a while in which nothing is asked of it.</summary>
    public static async Task<double> Load(ChildProcess process, TimeSpan over)
    {
        var clock = Stopwatch.StartNew();
        var before = Cpu(process);
        // The while itself is what is measured.
        await Task.Delay(over);
        return (Cpu(process) - before) / clock.Elapsed;
    }

    private static TimeSpan Cpu(int id)
    {
        using var seen = Process.GetProcessById(id);
        return seen.TotalProcessorTime;
    }
}
