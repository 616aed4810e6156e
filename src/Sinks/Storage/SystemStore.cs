using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>
/// Opens the machine's disk as an <see cref="IStore"/>. On Linux every promise of the seam holds. Elsewhere a portable
/// store stands in, for trying things out, which cannot promise that: a failed sync is seen, directory entries are
/// durable, an identity survives a copy, a link that appears between check and open is not followed.
/// </summary>
public static class SystemStore
{
    /// <summary>The file in the root that holds its random id, and by which the root is locked.</summary>
    public const string RootIdName = ".actorlog-root";

    /// <summary>
    /// Opens a root, which is made when missing, takes its lock and reads or draws its id. A root can be open once in
    /// the whole machine: sinks that share a directory share the store.
    /// </summary>
    /// <param name="root">An absolute path; links in it are followed, once, now.</param>
    /// <exception cref="StorageException">Operation "lock", error EWOULDBLOCK: another process, or another store of this one, holds the root.</exception>
    public static IStore Open(string root)
    {
        if (!Path.IsPathFullyQualified(root))
        {
            throw new ArgumentException($"'{root}' is not absolute.", nameof(root));
        }

        return OperatingSystem.IsLinux() ? LinuxStore.Open(root) : PortableStore.Open(root);
    }

    /// <summary>Opens a root that is there to read it, also while another process holds it: takes no lock and makes nothing.</summary>
    /// <param name="root">An absolute path; links in it are followed, once, now.</param>
    /// <exception cref="StorageException">It is not there, or not a data root, or may not be read.</exception>
    public static IStore OpenToRead(string root) =>
        OperatingSystem.IsLinux() ? LinuxStore.OpenToRead(root) : PortableStore.Open(root);

    /// <summary>Makes the names in a folder durable, outside any root; elsewhere than on Linux nothing can be promised.</summary>
    public static void SyncDirectory(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var handle = new SafeFileHandle(
            LinuxCalls.Open(directory, LinuxCalls.ReadOnly | LinuxCalls.Directory | LinuxCalls.CloseOnExec, 0), ownsHandle: true);
        if (handle.IsInvalid || LinuxCalls.Sync(handle) != 0)
        {
            throw LinuxCalls.Failure("sync directory", directory);
        }
    }

    internal static StorageException Locked(string root, Exception? inner = null) =>
        new("lock", root, "EWOULDBLOCK", "another process holds this data root", inner);

    internal static Guid ReadRootId(ReadOnlySpan<byte> text, string root) =>
        Guid.TryParse(Encoding.ASCII.GetString(text).AsSpan().Trim(), out var id) && id != Guid.Empty
            ? id
            : throw new StorageException("open", $"{root}/{RootIdName}", "EINVAL", "it does not hold a root id");

    internal static byte[] WriteRootId(Guid id) => Encoding.ASCII.GetBytes($"{id:D}\n");
}
