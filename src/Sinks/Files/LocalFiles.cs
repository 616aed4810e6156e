using ActorLog.Protocol.Batches;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>
/// The edge's own files, without a journal: nothing is synced, so that a power loss may take what the kernel has not written
/// yet, a torn line at the end of a file is cut when the file is first opened, and a crash may lose or, where the caller
/// writes again, repeat lines. Within the process's life a write is all or nothing. Owns the open files. One thread at a time.
/// </summary>
public sealed class LocalFiles : IDisposable
{
    /// <summary>The most files that are open at once; the one unused longest is closed for the next.</summary>
    public const int OpenFilesMax = 4096;

    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private readonly IStore _store;
    private readonly RotationSettings _rotation;
    private readonly LineGroups _groups;
    private readonly TimeProvider _time;
    private readonly LocalFilesEvents _events;
    private readonly OpenFiles _open;
    private readonly SegmentNumbers _numbers;
    private readonly List<Mark> _written = [];
    private readonly Dictionary<string, Mark> _uncut = new(StringComparer.Ordinal);

    /// <summary>Makes the sink; opens nothing yet.</summary>
    /// <param name="store">The root, which others may share.</param>
    /// <param name="rotation">When to seal.</param>
    /// <param name="ownedGroups">Renders the lines; disposed with the sink.</param>
    /// <param name="time">The clock of rotation and of the look for interference.</param>
    /// <param name="events">What to tell.</param>
    public LocalFiles(
        IStore store, RotationSettings rotation, LineGroups ownedGroups, TimeProvider time, LocalFilesEvents events)
        : this(store, rotation, ownedGroups, time, events, OpenFilesMax)
    {
    }

    internal LocalFiles(
        IStore store,
        RotationSettings rotation,
        LineGroups ownedGroups,
        TimeProvider time,
        LocalFilesEvents events,
        int openFilesMax)
    {
        _store = store;
        _rotation = rotation;
        _groups = ownedGroups;
        _time = time;
        _events = events;
        _open = new OpenFiles(openFilesMax);
        _numbers = new SegmentNumbers(store);
    }

    /// <summary>How many files are open.</summary>
    public int OpenCount => _open.Count;

    /// <summary>
    /// Appends the lines of a batch to their files, sealing first what is due: a segment exceeds its limit by one batch's
    /// lines at most. When it throws, none of the batch's lines stand in any file; the next write begins anew.
    /// </summary>
    /// <exception cref="StorageException">The disk refused; the path and the error's name stand in it.</exception>
    public void Write(RecordBatch batch)
    {
        _written.Clear();
        try
        {
            _groups.Render(batch);
            for (var i = 0; i < _groups.Count; i++)
            {
                var group = _groups[i];
                var file = FileFor(group.Path);
                _written.Add(new Mark(file.Path, file.Identity, file.Length));
                file.Append(group);
            }
        }
        catch (StorageException)
        {
            TakeBack();
            throw;
        }
        finally
        {
            _groups.Dispose();
        }
    }

    /// <summary>Seals the open files whose turn has come, those that nobody writes to as well.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void RotateDue()
    {
        foreach (var file in _open.ToList())
        {
            if (RotationPolicy.IsDue(_rotation, file.OpenedAt, file.Length, _time.GetUtcNow()))
            {
                Seal(file);
            }
        }
    }

    /// <summary>Closes all files.</summary>
    public void Dispose()
    {
        _open.Dispose();
        _groups.Dispose();
    }

    private LocalFile FileFor(string path)
    {
        if (_uncut.TryGetValue(path, out var mark))
        {
            CutBack(mark);
            _uncut.Remove(path);
        }

        var file = _open.Find(path);
        if (file is not null && IsInterferedWith(file))
        {
            file = null;
        }

        file ??= Open(path);
        if (RotationPolicy.IsDue(_rotation, file.OpenedAt, file.Length, _time.GetUtcNow()))
        {
            Seal(file);
            file = Open(path);
        }

        return file;
    }

    private LocalFile Open(string path)
    {
        var file = LocalFile.Open(_store, path, _time.GetUtcNow());
        file.CheckedAt = _time.GetTimestamp();
        _open.Add(file);
        return file;
    }

    /// <summary>Looks, once a second, whether someone has moved, cut, deleted or extended the file; then it is closed.</summary>
    private bool IsInterferedWith(LocalFile file)
    {
        if (_time.GetElapsedTime(file.CheckedAt) < CheckEvery)
        {
            return false;
        }

        file.CheckedAt = _time.GetTimestamp();
        var found = file.FindInterference(_store);
        if (found != Interference.None)
        {
            _open.Close(file);
            _events.Interfered(file.Path, found);
        }

        return found != Interference.None;
    }

    private void Seal(LocalFile file)
    {
        var found = file.FindInterference(_store);
        if (found is Interference.Gone or Interference.Replaced)
        {
            // Someone was faster: what stands at the path now is not ours to rename.
            _open.Close(file);
            _events.Interfered(file.Path, found);
            return;
        }

        var name = new SegmentName(StorePath.NameOf(file.Path), _time.GetUtcNow(), _numbers.Next(file.Path));
        var finalPath = name.PathBeside(file.Path);
        _store.Rename(file.Path, finalPath);
        _open.Close(file);
        _events.Sealed(new SealedSegment(finalPath, name, file.Length));
    }

    /// <summary>Takes the batch's lines out of the files again; what cannot be cut now is cut before its next line.</summary>
    private void TakeBack()
    {
        foreach (var mark in _written)
        {
            try
            {
                CutBack(mark);
            }
            catch (StorageException)
            {
                // The failure that led here is the one to report; this one comes again with the file's next line.
                _uncut[mark.Path] = mark;
            }
        }
    }

    private void CutBack(Mark mark)
    {
        // The handle has seen a failure, so the file is opened anew.
        if (_open.Find(mark.Path) is { } open)
        {
            _open.Close(open);
        }

        using var file = _store.Status(mark.Path)?.Identity == mark.Identity ? _store.TryOpen(mark.Path) : null;
        if (file is not null && file.Status() is var status && status.Identity == mark.Identity && status.Length > mark.Length)
        {
            file.Truncate(mark.Length);
        }
    }

    /// <summary>Where a file ended before a write.</summary>
    private sealed record Mark(string Path, FileIdentity Identity, long Length);
}
