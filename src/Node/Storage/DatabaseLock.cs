using System.Text;

namespace ActorLog.Node.Storage;

/// <summary>
/// The lock beside a database, by which it belongs to one process; it also remembers how the last owner ended, since
/// only what was not closed needs to be looked through at the start.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private const int WouldBlock = 11;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _file;

    private DatabaseLock(FileStream file, DatabaseEnding last)
    {
        _file = file;
        LastEnding = last;
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
            var text = new byte[16];
            var length = file.Read(text);
            return new DatabaseLock(
                file, Enum.TryParse<DatabaseEnding>(Encoding.ASCII.GetString(text, 0, length).Trim(), out var last) ? last : DatabaseEnding.None);
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
        _file.Write(Encoding.ASCII.GetBytes($"{ending}\n"));
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
    /// <summary>It did not close the file: killed, or the power went.</summary>
    Open,
    /// <summary>It met damage and left the file as it was.</summary>
    Damaged,
    /// <summary>It closed the file.</summary>
    Closed,
}
