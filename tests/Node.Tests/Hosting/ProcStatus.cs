using System.Globalization;

namespace ActorLog.Node.Tests.Hosting;

/// <summary>What the kernel says of this process.</summary>
internal static class ProcStatus
{
    /// <summary>A figure of /proc/self/status, in bytes.</summary>
    public static long Bytes(string name)
    {
        var line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
