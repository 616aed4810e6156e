using System.Diagnostics;
using System.Globalization;

namespace ActorLog.Node.Hosting;

/// <summary>Which process a run of the node is, so that the report can tell one that runs from one that was killed.</summary>
internal static class RunIdentity
{
    // The start is worked out of the time since boot, and differs a little from one asking to the next.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    /// <summary>This process.</summary>
    public static string Of(Process process) => string.Create(
        CultureInfo.InvariantCulture, $"{process.Id}@{process.StartTime.ToUniversalTime().Ticks}");

    /// <summary>Whether the process is still there.</summary>
    public static bool IsAlive(string identity)
    {
        var at = identity.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !int.TryParse(identity.AsSpan(0, at), CultureInfo.InvariantCulture, out var id)
            || !long.TryParse(identity.AsSpan(at + 1), CultureInfo.InvariantCulture, out var started))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return (process.StartTime.ToUniversalTime() - new DateTime(started, DateTimeKind.Utc)).Duration() < Tolerance;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It is gone, or went while it was asked.
            return false;
        }
    }
}
