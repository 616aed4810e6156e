namespace ActorLog.Node.Listening;

/// <summary>
/// Some descriptors are kept for files and databases: who connects waits in the kernel's queue rather than take the last ones.
/// </summary>
internal static unsafe class Descriptors
{
    private const ulong KeptMax = 64;

    /// <summary>Only those that are kept are left, now. Elsewhere than on Linux nobody knows: no.</summary>
    /// <param name="any">An open descriptor.</param>
    public static bool AreScarce(int any)
    {
        if (!Libc.IsFast)
        {
            return false;
        }

        // The kernel gives the lowest number that is free: as many are open at least.
        var next = Libc.Duplicate(any);
        if (next < 0)
        {
            return true;
        }

        _ = Libc.Close(next);
        var limits = stackalloc ulong[2];
        return Libc.GetLimit(Libc.FilesLimit, limits) == 0
            && (ulong)next >= limits[0] - Math.Min(KeptMax, limits[0] / 4);
    }
}
