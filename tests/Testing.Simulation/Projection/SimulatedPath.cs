using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>One path's segments, as the file actor keeps them, around the real <see cref="LogFile"/>.</summary>
internal sealed class SimulatedPath(ProjectionSimulation world, SimulatedProjector projector, string path)
{
    private LogFile? _file;
    private CommittedFile? _resting;
    private long _number;
    private bool _isSealing;

    public bool IsDirty { get; private set; }

    public void Append(int id, ReadOnlySpan<byte> line)
    {
        Open();
        _file!.Append(line);
        IsDirty = true;
        world.Ledger.Wrote(_number, id, _file.Length);
    }

    public FileCommit? Capture(string? sealAs)
    {
        Wake();
        if (_file is null)
        {
            return null;
        }

        IsDirty = false;
        if (_file.FindInterference() is not Interference.None and var interference)
        {
            throw new StorageException("append", path, "ESTALE", interference.ToString());
        }

        Sync();
        var committed = _file.ToCommitted();
        _isSealing = sealAs is not null && committed.Length > 0;
        if (_isSealing && world.Bug == ProjectionBug.RenamedBeforeIntent)
        {
            Seal(sealAs!);
        }

        return new FileCommit(_number, committed.Length, committed.TailChecksum!.Value, _isSealing ? sealAs : null);
    }

    /// <summary>Gives the captured segment its final name; the intent is in the journal.</summary>
    public void Seal(string finalPath)
    {
        if (_file is null)
        {
            return;
        }

        world.Ledger.Sealed(_number, finalPath);
        if (world.Bug == ProjectionBug.RenameReplaces)
        {
            world.Store.Delete(finalPath);
        }

        if (world.Bug == ProjectionBug.RenameNotSynced)
        {
            world.Store.Rename(path, finalPath);
        }
        else
        {
            _file.Seal(finalPath);
        }

        _file.Dispose();
        _file = null;
        _isSealing = false;
        world.Tally.Count(Happening.Rename);
        projector.Retire(_number);
    }

    /// <summary>An idle file holds no descriptor.</summary>
    public void Rest()
    {
        if (_file is { } file && !IsDirty && !_isSealing && file.SyncedLength == file.Length)
        {
            _resting = file.ToCommitted();
            file.Dispose();
            _file = null;
            if (world.Bug == ProjectionBug.IdleFileDropped)
            {
                projector.Retire(_number);
            }
        }
    }

    /// <summary>A file of the recovery plan.</summary>
    public void Resume(FileEntry entry)
    {
        var held = world.Bug == ProjectionBug.HandleDropped ? null : world.Held.Find(entry.Opened.FileNumber, entry.Opened.Inode);
        world.Ledger.Cut(entry.Opened.FileNumber, entry.Length);
        if (entry.SealedAs is { } finalPath)
        {
            var isNamed = world.Store.Status(finalPath) is not null;
            if (LogFile.Seal(world.Store, path, finalPath, CommittedOf(entry)) == SealOutcome.Sealed && !isNamed)
            {
                world.Tally.Count(Happening.RenameCompleted);
            }

            world.Ledger.Sealed(entry.Opened.FileNumber, finalPath);
            projector.Retire(entry.Opened.FileNumber);
            return;
        }

        var recovery = Recover(path, entry);
        if (recovery.Outcome is RecoveryOutcome.Missing or RecoveryOutcome.Foreign)
        {
            LogFile.CutMoved(world.Store, path, CommittedOf(entry), held);
        }

        world.Held.Release(entry.Opened.FileNumber);

        if (recovery.File is null)
        {
            world.Ledger.CheckMissing(entry, recovery);
            projector.Retire(entry.Opened.FileNumber);
            return;
        }

        if (recovery.FoundLength > entry.Length)
        {
            world.Tally.Count(Happening.Cut);
        }

        _file = recovery.File;
        _number = entry.Opened.FileNumber;
    }

    public void Dispose()
    {
        if (_file is not null)
        {
            world.Held.Hold(_number, _file);
        }
    }

    private void Open()
    {
        Wake();
        if (_file is not null)
        {
            return;
        }

        try
        {
            _file = LogFile.Create(world.Store, path);
        }
        catch (StorageException e) when (e.Operation == nameof(StoreOperation.Sync))
        {
            // Whatever stands there may go with the power for all time: the kernel has forgotten that it is not on the disk.
            world.Ledger.Unsound(path);
            throw;
        }

        _number = projector.NextFileNumber();
        var length = world.Bug == ProjectionBug.BaseIgnored ? 0 : _file.BaseLength;
        projector.Opened(
            new FileOpened(_number, world.RootId, path, _file.Identity.Device, _file.Identity.Inode, length),
            isStored: world.Bug != ProjectionBug.LinesBeforeFileOpened);
    }

    private void Wake()
    {
        if (_resting is { } resting)
        {
            _file = LogFile.Recover(world.Store, path, resting).File
                ?? throw new StorageException("open", path, "ESTALE", "someone else has changed the file");
            _resting = null;
        }
    }

    private void Sync()
    {
        try
        {
            if (world.Bug != ProjectionBug.CommittedWithoutSync)
            {
                _file!.Sync();
            }
        }
        catch (StorageException) when (world.Bug == ProjectionBug.SyncRetried && !world.Store.IsDead)
        {
            var committed = _file!.ToCommitted();
            using (var again = world.Store.TryOpen(path))
            {
                again?.Sync();
            }

            _file = LogFile.Recover(world.Store, path, committed).File ?? throw new ProcessDiedException();
        }
    }

    private Recovery Recover(string at, FileEntry entry)
    {
        if (world.Bug == ProjectionBug.TailKept && world.Store.Status(at) is not null)
        {
            return new Recovery(RecoveryOutcome.Recovered, entry.Length, LogFile.Create(world.Store, at));
        }

        var committed = CommittedOf(entry);
        if (world.Bug == ProjectionBug.CutByPath && world.Store.Status(at) is { } found)
        {
            committed = committed with { Inode = found.Identity.Inode, TailChecksum = null };
        }

        return LogFile.Recover(world.Store, at, committed);
    }

    private static CommittedFile CommittedOf(FileEntry entry) =>
        new(entry.Opened.Inode, entry.Length, entry.TailChecksum);
}
