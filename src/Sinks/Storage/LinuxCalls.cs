using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>
/// The system calls of <see cref="LinuxStore"/>. .NET's own flush hides a failed fsync on some runtimes and cannot open a
/// directory at all, so the store makes its calls itself and looks at errno.
/// </summary>
internal static partial class LinuxCalls
{
    internal const int ReadOnly = 0;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int Append = 0x400;
    // A pipe at the path must not hold the opener up; on a regular file the flag means nothing.
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;
    internal const int SymlinkNoFollow = 0x100;
    internal const int EmptyPath = 0x1000;
    internal const uint NoReplace = 1;
    internal const int LockExclusiveNonBlocking = 2 | 4;

    private static readonly bool Arm =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    internal static int Directory => Arm ? 0x4000 : 0x10000;

    internal static int NoFollow => Arm ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenAt(SafeFileHandle directory, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeDirectoryAt(SafeFileHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int LinkAt(SafeFileHandle from, string name, SafeFileHandle to, string newName, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RenameAt(SafeFileHandle from, string name, SafeFileHandle to, string newName, uint flags);

    // statx has one layout on every architecture, unlike stat.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Status(SafeFileHandle directory, string name, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, ref readonly byte bytes, nint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadAt(SafeFileHandle file, ref byte bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncContent(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    internal static bool Interrupted => Marshal.GetLastPInvokeError() == Errno.EINTR;

    internal static StorageException Failure(string operation, string path) =>
        Failure(operation, path, Marshal.GetLastPInvokeError());

    internal static StorageException Failure(string operation, string path, int error) =>
        new(operation, path, Errno.Name(error), Marshal.GetPInvokeErrorMessage(error));
}
