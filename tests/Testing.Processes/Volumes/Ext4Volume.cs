using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorLog.Testing.Processes.Volumes;

/// <summary>An ext4 volume in a file, whose power can be cut, and which can fall into its emergency read-only state.</summary>
public sealed partial class Ext4Volume : TestVolume
{
    private const ulong Shutdown = 0x8004587d;
    private const uint NoLogFlush = 2;
    private const int CloseOnExec = 0x80000;
    private int _boots;

    private Ext4Volume()
    {
    }

    private string Image => System.IO.Path.Combine(Folder, $"image{_boots}");

    /// <summary>Makes one and mounts it.</summary>
    public static async Task<Ext4Volume> Mount(int mebibytes)
    {
        await Sweep();
        var volume = new Ext4Volume();
        using (var image = File.OpenHandle(volume.Image, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(image, mebibytes * 1024L * 1024);
        }

        await Run("mkfs.ext4", "-q", "-F", volume.Image);
        await volume.MountImage();
        return volume;
    }

    /// <summary>
    /// The power goes: nothing reaches the disk any more, not even the file system's own log. Whoever has files open sees
    /// errors until he is killed; then <see cref="Remount"/>.
    /// </summary>
    public void CutPower()
    {
        // A child that starts meanwhile would inherit it, and hold the volume.
        using var root = new SafeFileHandle(OpenDirectory(Path, CloseOnExec), ownsHandle: true);
        var flag = NoLogFlush;
        if (Ioctl(root, Shutdown, ref flag) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>
    /// <see cref="FailInternally"/> while no sync is under way: what was answered before is on the disk, and nothing else is
    /// answered.
    /// </summary>
    public async Task FailAtRest()
    {
        await Run("fsfreeze", "--freeze", Path);
        try
        {
            FailInternally();
        }
        finally
        {
            await Run("fsfreeze", "--unfreeze", Path);
        }
    }

    /// <summary>
    /// An error that the file system finds in itself: it turns read-only, with files open. A sync that is under way at that
    /// moment may be answered though what it should have written is gone, as Linux does.
    /// </summary>
    public void FailInternally()
    {
        var device = System.IO.Path.GetFileName(DeviceAt(Path))!;
        File.WriteAllText($"/sys/fs/ext4/{device}/trigger_fs_error", "1");
    }

    /// <summary>Unmounts it, has it checked as a boot would, and mounts it again. Nobody may use it.</summary>
    public async Task Remount()
    {
        // What the disk holds goes on as a copy: the volume that failed lives on where another mount namespace has it.
        await Run("umount", Path);
        var failed = Image;
        _boots++;
        await Run("cp", "--sparse=always", failed, Image);
        File.Delete(failed);
        // 1: errors were corrected.
        await using (var check = ChildProcess.Start(Repository.Part("e2fsck"), ["-p", Image], "/"))
        {
            var status = await check.Exit(TimeSpan.FromMinutes(1));
            if (status is not (0 or 1))
            {
                throw new InvalidOperationException(check.Account());
            }
        }

        await MountImage();
    }

    // The loop device goes with its mount.
    private Task MountImage() => Run("mount", "-t", "ext4", "-o", "loop,errors=remount-ro", Image, Path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, ulong request, ref uint argument);
}
