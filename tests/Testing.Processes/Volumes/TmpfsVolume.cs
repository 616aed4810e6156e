namespace ActorLog.Testing.Processes.Volumes;

/// <summary>A volume in memory that can be full, of bytes or of inodes, and have room again.</summary>
public sealed class TmpfsVolume : TestVolume
{
    private const int BlockBytes = 64 * 1024;
    private const int InodesAtStart = 4096;

    private TmpfsVolume()
    {
    }

    private string Ballast => this["ballast"];

    /// <summary>Mounts one.</summary>
    public static async Task<TmpfsVolume> Mount(int mebibytes)
    {
        await Sweep();
        var volume = new TmpfsVolume();
        await Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,nr_inodes={InodesAtStart},mode=755", "actorlog-test", volume.Path);
        return volume;
    }

    /// <summary>Writes a file of others until not a byte more fits.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        var size = BlockBytes;
        while (size > 0)
        {
            try
            {
                ballast.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    /// <summary>The file of others is deleted.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Makes it larger or smaller.</summary>
    public Task Resize(int mebibytes) => Run("mount", "-o", $"remount,size={mebibytes}m", Path);

    /// <summary>Nobody may write, as an operator mounts it; no file may be open for it.</summary>
    public Task MakeReadOnly() => Run("mount", "-o", "remount,ro", Path);

    /// <summary>Everybody may write again.</summary>
    public Task MakeWritable() => Run("mount", "-o", "remount,rw", Path);

    /// <summary>Leaves no inode for a new file.</summary>
    public Task LimitInodes() => Inodes(1 + Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories).Count());

    /// <summary>There are inodes again.</summary>
    public Task FreeInodes() => Inodes(InodesAtStart);

    private Task Inodes(int count) => Run("mount", "-o", $"remount,nr_inodes={count}", Path);
}
