using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>An open file of a <see cref="LinuxStore"/>, opened with O_APPEND.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxFile(SafeFileHandle ownedHandle, string path) : IStoreFile
{
    public string Path { get; } = path;

    public FileStatus Status() =>
        LinuxStore.StatusAt(ownedHandle, "", Path) ?? throw LinuxCalls.Failure("status", Path, Errno.ENOENT);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var written = LinuxCalls.Write(ownedHandle, in MemoryMarshal.GetReference(bytes), bytes.Length);
            if (written < 0 && LinuxCalls.Interrupted)
            {
                continue;
            }

            if (written <= 0)
            {
                // A write of nothing without an error would loop for ever.
                throw written < 0 ? LinuxCalls.Failure("append", Path) : LinuxCalls.Failure("append", Path, 5);
            }

            bytes = bytes[(int)written..];
        }
    }

    public int ReadAt(long offset, Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var rest = destination[total..];
            var read = LinuxCalls.ReadAt(ownedHandle, ref MemoryMarshal.GetReference(rest), rest.Length, offset + total);
            if (read < 0 && LinuxCalls.Interrupted)
            {
                continue;
            }

            if (read < 0)
            {
                throw LinuxCalls.Failure("read", Path);
            }

            if (read == 0)
            {
                break;
            }

            total += (int)read;
        }

        return total;
    }

    public void Truncate(long length)
    {
        if (length < 0 || length > Status().Length)
        {
            throw LinuxCalls.Failure("truncate", Path, Errno.EINVAL);
        }

        int result;
        do
        {
            result = LinuxCalls.Truncate(ownedHandle, length);
        }
        while (result != 0 && LinuxCalls.Interrupted);
        if (result != 0)
        {
            throw LinuxCalls.Failure("truncate", Path);
        }
    }

    public void Sync()
    {
        // EINTR is a failure as any other here: what a second call says about the first one's pages is not known.
        if (LinuxCalls.SyncContent(ownedHandle) != 0)
        {
            throw LinuxCalls.Failure("sync", Path);
        }
    }

    public void Dispose() => ownedHandle.Dispose();
}
