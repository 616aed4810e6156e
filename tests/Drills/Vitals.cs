using System.Diagnostics;
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

    /// <summary>Open descriptors.</summary>
    public static int Descriptors(ChildProcess process) => Directory.GetFiles($"/proc/{process.Id}/fd").Length;

    /// <summary>The share of one core that it takes over a while in which nothing is asked of it.</summary>
    public static async Task<double> Load(ChildProcess process, TimeSpan over)
    {
        var clock = Stopwatch.StartNew();
        var before = Cpu(process);
        // The while itself is what is measured.
        await Task.Delay(over);
        return (Cpu(process) - before) / clock.Elapsed;
    }

    private static TimeSpan Cpu(ChildProcess process)
    {
        using var seen = Process.GetProcessById(process.Id);
        return seen.TotalProcessorTime;
    }
}
