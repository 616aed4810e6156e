using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>Reads what the system knows of a file (statx).</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxStatus
{
    private const int StatusBytes = 256;
    private const uint StatusBasic = 0x7FF;

    /// <summary>The status of a name in a directory, or with no name of the handle itself; null when there is none.</summary>
    internal static FileStatus? Read(SafeFileHandle handle, string name, string path)
    {
        Span<byte> buffer = stackalloc byte[StatusBytes];
        var flags = LinuxCalls.SymlinkNoFollow | (name.Length == 0 ? LinuxCalls.EmptyPath : 0);
        if (LinuxCalls.Status(handle, name, flags, StatusBasic, ref MemoryMarshal.GetReference(buffer)) != 0)
        {
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw LinuxCalls.Failure("status", path);
        }

        // struct statx: mode at 28, inode at 32, size at 40, mtime at 112 (seconds, nanoseconds), device at 136 and 140.
        var kind = (BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]) & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            _ => FileKind.Other,
        };
        var device = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(buffer[136..]) << 32)
            | BinaryPrimitives.ReadUInt32LittleEndian(buffer[140..]);
        var seconds = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(buffer[112..]), 0, 253_402_300_799);
        var modified = DateTimeOffset.FromUnixTimeSeconds(seconds)
            .AddTicks(BinaryPrimitives.ReadUInt32LittleEndian(buffer[120..]) / 100);
        return new FileStatus(
            new FileIdentity(device, BinaryPrimitives.ReadUInt64LittleEndian(buffer[32..])),
            kind,
            BinaryPrimitives.ReadInt64LittleEndian(buffer[40..]),
            modified);
    }
}
