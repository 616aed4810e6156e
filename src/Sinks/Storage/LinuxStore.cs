using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Sinks.Storage;

/// <summary>
/// The disk of a Linux machine below one root, which is opened once. Each name below it is opened relative to the
/// directory above it and never followed when it is a link, so that no race and no name leads out of the root.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxStore : IStore
{
    private const uint DirectoryMode = 0x1E8; // 0750
    private const uint FileMode = 0x1A0; // 0640

    private readonly SafeFileHandle _root;
    private readonly SafeFileHandle _lock;

    // The handle of the file that has the root's id; locked, unless the root was opened to be read.
    private LinuxStore(SafeFileHandle root, SafeFileHandle locked, Guid id)
    {
        _root = root;
        _lock = locked;
        RootId = id;
    }

    public Guid RootId { get; }

    internal static LinuxStore Open(string root)
    {
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        var flags = LinuxCalls.ReadOnly | LinuxCalls.Directory | LinuxCalls.CloseOnExec;
        var handle = Handle(LinuxCalls.Open(root, flags, 0)) ?? throw LinuxCalls.Failure("open", root);
        SafeFileHandle? locked = null;
        try
        {
            flags = LinuxCalls.ReadWrite | LinuxCalls.Create | LinuxCalls.Append | LinuxCalls.NoFollow | LinuxCalls.CloseOnExec;
            locked = Handle(LinuxCalls.OpenAt(handle, SystemStore.RootIdName, flags, FileMode))
                ?? throw LinuxCalls.Failure("open", $"{root}/{SystemStore.RootIdName}");
            if (LinuxCalls.Lock(locked, LinuxCalls.LockExclusiveNonBlocking) != 0)
            {
                throw Marshal.GetLastPInvokeError() == Errno.EAGAIN
                    ? SystemStore.Locked(root)
                    : LinuxCalls.Failure("lock", root);
            }

            return new LinuxStore(handle, locked, ReadOrDrawRootId(handle, locked, root));
        }
        catch
        {
            locked?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    internal static LinuxStore OpenToRead(string root)
    {
        var flags = LinuxCalls.ReadOnly | LinuxCalls.CloseOnExec;
        var handle = Handle(LinuxCalls.Open(root, flags | LinuxCalls.Directory, 0)) ?? throw LinuxCalls.Failure("open", root);
        SafeFileHandle? id = null;
        try
        {
            id = Handle(LinuxCalls.OpenAt(handle, SystemStore.RootIdName, flags | LinuxCalls.NoFollow | LinuxCalls.NonBlocking, 0))
                ?? throw LinuxCalls.Failure("open", $"{root}/{SystemStore.RootIdName}");
            Span<byte> text = stackalloc byte[64];
            var read = new LinuxFile(id, SystemStore.RootIdName).ReadAt(0, text);
            return new LinuxStore(handle, id, SystemStore.ReadRootId(text[..read], root));
        }
        catch
        {
            id?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    public IStoreFile? TryCreate(string path)
    {
        StorePath.Check(path);
        using var directory = DirectoryAt(StorePath.DirectoryOf(path), create: true)!;
        var flags = LinuxCalls.ReadWrite | LinuxCalls.Append | LinuxCalls.Create | LinuxCalls.Exclusive
            | LinuxCalls.NoFollow | LinuxCalls.CloseOnExec;
        if (OpenAt(directory, StorePath.NameOf(path), flags) is { } file)
        {
            return new LinuxFile(file, path);
        }

        return Marshal.GetLastPInvokeError() == Errno.EEXIST ? null : throw LinuxCalls.Failure("create", path);
    }

    public IStoreFile? TryOpen(string path, bool readOnly = false)
    {
        StorePath.Check(path);
        using var directory = DirectoryAt(StorePath.DirectoryOf(path), create: false);
        if (directory is null)
        {
            return null;
        }

        var flags = (readOnly ? LinuxCalls.ReadOnly : LinuxCalls.ReadWrite | LinuxCalls.Append)
            | LinuxCalls.NoFollow | LinuxCalls.NonBlocking | LinuxCalls.CloseOnExec;
        if (OpenAt(directory, StorePath.NameOf(path), flags) is not { } handle)
        {
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw LinuxCalls.Failure("open", path);
        }

        var file = new LinuxFile(handle, path);
        try
        {
            return file.Status().Kind == FileKind.File ? file : throw LinuxCalls.Failure("open", path, Errno.EINVAL);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public FileStatus? Status(string path)
    {
        StorePath.Check(path);
        using var directory = DirectoryAt(StorePath.DirectoryOf(path), create: false);
        return directory is null ? null : LinuxStatus.Read(directory, StorePath.NameOf(path), path);
    }

    public IReadOnlyList<string> List(string directory)
    {
        StorePath.CheckDirectory(directory);
        using var handle = DirectoryAt(directory, create: false);
        if (handle is null)
        {
            return [];
        }

        try
        {
            // The open directory is read through its descriptor: no link on the way can be put in between.
            var names = new List<string>();
            foreach (var entry in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{handle.DangerousGetHandle()}"))
            {
                names.Add(Path.GetFileName(entry));
            }

            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new StorageException("list", directory, "EIO", failure.Message, failure);
        }
    }

    public void Rename(string path, string newPath)
    {
        StorePath.Check(path);
        StorePath.Check(newPath);
        using var from = DirectoryAt(StorePath.DirectoryOf(path), create: false);
        using var to = DirectoryAt(StorePath.DirectoryOf(newPath), create: true)!;
        if (from is null)
        {
            throw LinuxCalls.Failure("rename", path, Errno.ENOENT);
        }

        var name = StorePath.NameOf(path);
        var newName = StorePath.NameOf(newPath);
        var error = RenameWithoutReplacing(from, name, to, newName);
        if (error is Errno.EINVAL or Errno.ENOSYS)
        {
            // This file system has no such rename: a second name, which never replaces, then the first one goes.
            error = LinuxCalls.LinkAt(from, name, to, newName, 0) == 0 && LinuxCalls.UnlinkAt(from, name, 0) == 0
                ? 0
                : Marshal.GetLastPInvokeError();
        }

        if (error != 0)
        {
            throw LinuxCalls.Failure("rename", $"{path} -> {newPath}", error);
        }
    }

    public bool Delete(string path)
    {
        StorePath.Check(path);
        using var directory = DirectoryAt(StorePath.DirectoryOf(path), create: false);
        if (directory is null)
        {
            return false;
        }

        if (LinuxCalls.UnlinkAt(directory, StorePath.NameOf(path), 0) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.ENOENT ? false : throw LinuxCalls.Failure("delete", path);
    }

    public void SyncDirectory(string directory)
    {
        StorePath.CheckDirectory(directory);
        using var handle = DirectoryAt(directory, create: false);
        if (handle is null)
        {
            throw LinuxCalls.Failure("sync directory", directory, Errno.ENOENT);
        }

        Sync(handle, directory);
    }

    public void Dispose()
    {
        _lock.Dispose();
        _root.Dispose();
    }

    private static Guid ReadOrDrawRootId(SafeFileHandle root, SafeFileHandle locked, string path)
    {
        var file = new LinuxFile(locked, SystemStore.RootIdName);
        Span<byte> text = stackalloc byte[64];
        var read = file.ReadAt(0, text);
        if (read > 0)
        {
            return SystemStore.ReadRootId(text[..read], path);
        }

        var id = Guid.NewGuid();
        file.Append(SystemStore.WriteRootId(id));
        file.Sync();
        Sync(root, path);
        return id;
    }

    private static int RenameWithoutReplacing(SafeFileHandle from, string name, SafeFileHandle to, string newName)
    {
        try
        {
            return LinuxCalls.RenameAt(from, name, to, newName, LinuxCalls.NoReplace) == 0
                ? 0
                : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call.
            return Errno.ENOSYS;
        }
    }

    /// <summary>Opens a directory name by name; null when one is missing and none is to be made.</summary>
    private SafeFileHandle? DirectoryAt(string path, bool create)
    {
        var current = OpenDirectory(_root, ".") ?? throw LinuxCalls.Failure("open", path);
        if (path.Length == 0)
        {
            return current;
        }

        foreach (var name in path.Split('/'))
        {
            using var above = current;
            var next = OpenDirectory(above, name);
            if (next is null && Marshal.GetLastPInvokeError() == Errno.ENOENT)
            {
                if (!create)
                {
                    return null;
                }

                if (LinuxCalls.MakeDirectoryAt(above, name, DirectoryMode) != 0
                    && Marshal.GetLastPInvokeError() != Errno.EEXIST)
                {
                    throw LinuxCalls.Failure("create", path);
                }

                Sync(above, path);
                next = OpenDirectory(above, name);
            }

            current = next ?? throw LinuxCalls.Failure("open", path);
        }

        return current;
    }

    private static void Sync(SafeFileHandle directory, string path)
    {
        if (LinuxCalls.Sync(directory) != 0)
        {
            throw LinuxCalls.Failure("sync directory", path);
        }
    }

    private static SafeFileHandle? OpenDirectory(SafeFileHandle above, string name) =>
        OpenAt(above, name, LinuxCalls.ReadOnly | LinuxCalls.Directory | LinuxCalls.NoFollow | LinuxCalls.CloseOnExec);

    private static SafeFileHandle? OpenAt(SafeFileHandle directory, string name, int flags)
    {
        int descriptor;
        do
        {
            descriptor = LinuxCalls.OpenAt(directory, name, flags, FileMode);
        }
        while (descriptor < 0 && LinuxCalls.Interrupted);
        return Handle(descriptor);
    }

    private static SafeFileHandle? Handle(int descriptor) =>
        descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
}
