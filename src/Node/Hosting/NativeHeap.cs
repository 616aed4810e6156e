using System.Runtime.InteropServices;

namespace ActorLog.Node.Hosting;

/// <summary>
/// The heap of the C library, which SQLite, OpenSSL, zstd and .NET's own compiler allocate from. glibc keeps what is freed in
/// the middle of it: after the start that is most of it, and in a small container the program's own code must make room for it.
/// </summary>
internal static unsafe class NativeHeap
{
    private static readonly TimeSpan TrimFirst = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(15);

    // musl and other systems have no such call, and no such need.
    private static readonly delegate* unmanaged<nuint, int> MallocTrim =
        OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out var found)
            ? (delegate* unmanaged<nuint, int>)found : null;

    /// <summary>Gives free pages back to the system, soon and then every few seconds, until it is disposed.</summary>
    public static IDisposable KeepTrimmed() => new Timer(static _ => Trim(), null, TrimFirst, TrimEvery);

    /// <summary>Gives free pages back to the system; whether there were any.</summary>
    public static bool Trim() => MallocTrim is not null && MallocTrim(0) != 0;
}
