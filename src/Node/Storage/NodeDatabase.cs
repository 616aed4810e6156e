using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// A database that belongs to this process from its lock to its end. Opening looks for damage, salvages what is good, and
/// proves durability; so a start is refused only for what an operator must change.
/// </summary>
internal sealed class NodeDatabase : IDisposable
{
    private readonly DatabaseLock _lock;
    private bool _isSound;
    private bool _isOver;

    private NodeDatabase(DatabaseLock locked, SqliteFile file, SalvageReport? salvage, IReadOnlyList<string> notes)
    {
        _lock = locked;
        File = file;
        Salvage = salvage;
        Notes = notes;
    }

    /// <summary>The file.</summary>
    public SqliteFile File { get; }

    /// <summary>What a salvage at this start did; null without one.</summary>
    public SalvageReport? Salvage { get; }

    /// <summary>What else is worth a line of the log.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens it.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="time">The clock, for the names of what is set aside.</param>
    /// <param name="isReadWhole">Whether all of it is looked through, however its last owner ended.</param>
    /// <exception cref="StartFaultException">It is another process's, or durability cannot be had.</exception>
    public static NodeDatabase Open(string path, DatabaseKind kind, TimeProvider time, bool isReadWhole = false)
    {
        var locked = DatabaseLock.Take(path);
        try
        {
            VolumeCheck.Refuse(path, VolumeCheck.TypeOf);
            DatabaseFormat.Refuse(path);
            var salvaging = new DatabaseSalvage(path, kind, time);
            salvaging.Resume();
            var notes = new List<string>();
            if (locked.LastEnding != DatabaseEnding.None && !System.IO.File.Exists(path) && !System.IO.File.Exists(path + "-wal"))
            {
                notes.Add($"{path} was there at the last start and is gone: an empty one is made, and what it held is lost");
            }

            var log = WalFile.Read(path + "-wal").State;
            // A log may end at a commit and yet lack those behind it: only a closed file, or the same mount, proves that none is gone.
            var isComplete = locked.LastEnding is DatabaseEnding.Closed or DatabaseEnding.Killed;
            var isNewTimeline = System.IO.File.Exists(path) && !isComplete;
            var faults = DatabaseCheck.Faults(path, kind, isReadWhole && isComplete ? DatabaseEnding.Damaged : locked.LastEnding, log);
            var report = faults.Count > 0 ? salvaging.Run(faults) : null;
            locked.Note(DatabaseEnding.Open);
            if (log == WalState.TornTail && isNewTimeline && report is null)
            {
                notes.Add($"{path}: its write-ahead log ends within a write; edges send again what is not settled");
            }

            return new NodeDatabase(locked, SqliteFile.Prepare(path, kind, isNewTimeline), report, notes);
        }
        catch (Exception e) when (e is not StartFaultException and (SqliteException or IOException or UnauthorizedAccessException))
        {
            locked.Dispose();
            throw SqliteFile.FaultOf(path, e);
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    /// <summary>All is written and nobody writes any more: the next start need not look through it.</summary>
    public void Close()
    {
        if (!File.Damage.IsCompleted)
        {
            File.ForgetSalvage();
            _isSound = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        File.ClosePool();
        if (File.Damage.IsCompleted)
        {
            _lock.Note(DatabaseEnding.Damaged);
        }
        else if (_isSound)
        {
            _lock.Note(DatabaseEnding.Closed);
        }

        _lock.Dispose();
    }
}
