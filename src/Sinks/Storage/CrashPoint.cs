using System.Runtime.InteropServices;

namespace ActorLog.Sinks.Storage;

/// <summary>
/// Places where a drill may end the process as a power cut would: <c>ACTORLOG_CRASH_AT=name[:n]</c> ends it when the place
/// is passed for the n-th time, without unwinding, flushing or closing anything. Costs a null check when not set.
/// </summary>
public static partial class CrashPoint
{
    /// <summary>The variable that names a place.</summary>
    public const string Variable = "ACTORLOG_CRASH_AT";

    private const int ExitStatus = 86;
    private static readonly string? Name;
    private static long _left;

    static CrashPoint()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } wanted)
        {
            var parts = wanted.Split(':');
            Name = parts[0];
            _left = parts.Length > 1 && long.TryParse(parts[1], out var n) ? n : 1;
        }
    }

    /// <summary>Whether this place is the one: for places that are reached only by a hook.</summary>
    public static bool IsArmed(string name) => Name == name;

    /// <summary>Passes a place; does not return when it is the one.</summary>
    public static void Pass(string name)
    {
        if (Name is not null && Name == name && Interlocked.Decrement(ref _left) == 0)
        {
            Exit(ExitStatus);
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int status);
}
