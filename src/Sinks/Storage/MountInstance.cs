using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>
/// Which mount of which boot a file lies on. While that is the same, whatever a killed process has written is there, synced or
/// not: the kernel holds it. Behind another mount or boot only what was synced can be relied upon, and not even that where the
/// file system failed (ext4 that turns read-only answers a sync under way and may not keep it).
/// </summary>
public static class MountInstance
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    // STATX_MNT_ID_UNIQUE, Linux 6.8: never used again, unlike the plain number.
    private const uint UniqueMountId = 0x4000;
    private const int StatusBytes = 256;
    private const int MountIdAt = 144;

    /// <summary>A text for the mount that an open file lies on; empty where the system does not tell.</summary>
    public static string Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(BootId))
        {
            return string.Empty;
        }

        Span<byte> status = stackalloc byte[StatusBytes];
        var failed = LinuxCalls.Status(file, "", LinuxCalls.EmptyPath, UniqueMountId, ref MemoryMarshal.GetReference(status)) != 0;
        return failed || (BinaryPrimitives.ReadUInt32LittleEndian(status) & UniqueMountId) == 0
            ? string.Empty
            : $"{File.ReadAllText(BootId).Trim()}/{BinaryPrimitives.ReadUInt64LittleEndian(status[MountIdAt..])}";
    }
}
