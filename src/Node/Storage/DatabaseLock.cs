using System.Text;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Storage;

/// <summary>
/// The lock beside a database, by which it belongs to one process; it also remembers how the last owner ended, since
/// only what was not closed needs to be looked through at the start.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private const int WouldBlock = 11;
    private const int SharingViolation = unchecked((int)0x80070020);

    private const int TextBytesMax = 256;

    private readonly FileStream _file;
    private readonly string _mount;

    private DatabaseLock(FileStream file, string[] lines)
    {
        _file = file;
        _mount = MountInstance.Of(file.SafeFileHandle);
        LastEnding = Enum.TryParse<DatabaseEnding>(lines[0], out var last) ? last : DatabaseEnding.None;
        if (last == DatabaseEnding.Open && _mount.Length > 0 && lines.Length > 1 && lines[1] == _mount)
        {
            LastEnding = DatabaseEnding.Killed;
        }
    }

    /// <summary>How the owner before this one ended.</summary>
    public DatabaseEnding LastEnding { get; }

    /// <summary>Takes the lock of a database, whose folder is made when it is not there.</summary>
    /// <exception cref="StartFaultException">Another process holds it, or the folder cannot be written.</exception>
    public static DatabaseLock Take(string database)
    {
        var path = database + ".lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(database)!);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            var text = new byte[TextBytesMax];
            return new DatabaseLock(file, Encoding.ASCII.GetString(text, 0, file.Read(text)).Split('\n'));
        }
        catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
        {
            throw new StartFaultException(
                $"{database} is in use by another process", $"Stop it first (fuser {path} names it); two writers would ruin the file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException(
                $"{path} cannot be written: {e.Message}",
                "Mount the volume read-write and make the folder writable for this user, or name another path.", e);
        }
    }

    /// <summary>Notes, durably and before anything is written, how things would stand if the process ended now.</summary>
    public void Note(DatabaseEnding ending)
    {
        _file.SetLength(0);
        _file.Write(Encoding.ASCII.GetBytes($"{ending}\n{_mount}\n"));
        _file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>How the last owner of a database ended.</summary>
internal enum DatabaseEnding
{
    /// <summary>There was none, as far as is known.</summary>
    None,
    /// <summary>It did not close the file, on another mount: the power went, or the volume failed, for all that is known.</summary>
    Open,
    /// <summary>It did not close the file, on this very mount: the process was killed, and the kernel has all that it wrote.</summary>
    Killed,
    /// <summary>It met damage and left the file as it was.</summary>
    Damaged,
    /// <summary>It closed the file.</summary>
    Closed,
}
