using ActorLog.Node.Hosting;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// One path's segments, one active at a time. Appends in the order of its mailbox, so that a capture covers just the
/// lines before it; writes no byte to a file that the journal does not hold. On the files dispatcher. When the disk
/// refuses it says so, takes nothing more, and the partition recovers.
/// Closed -> Opening -> Recording -> Writing (-> Resting -> Writing) -> Sealing -> Closed.
/// </summary>
internal sealed class FileActor : MessageActor
{
    private readonly PartitionSetup _setup;
    private readonly int _partition;
    private readonly string _path;
    private readonly IActorRef _rotation;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<object> _waiting = new();
    private LogFile? _file;
    private long _number;
    private DateTimeOffset _openedAt;
    private long _toldLength;
    private State _state;
    private CommittedFile _resting;

    /// <summary>See <see cref="Props"/>.</summary>
    public FileActor(PartitionSetup setup, int partition, string path)
    {
        _setup = setup;
        _partition = partition;
        _path = path;
        _rotation = Context.ActorOf(RotationActor.Props(setup), "rotation");
        Receive<AppendLines>(Next);
        Receive<CaptureSegment>(Next);
        Receive<ResumeSegment>(resume => Try(() => Resume(resume.Entry)));
        Receive<OpenSegment>(open => Try(() => Open(open)));
        Receive<SegmentRecorded>(recorded => Try(() => OnRecorded(recorded)));
        Receive<SealSegment>(seal => Try(() => Seal(seal)));
        // Told, not forwarded: the partition knows files by their actor.
        Receive<RotationDue>(due => Context.Parent.Tell(due));
        Receive<RestSegment>(_ => Rest());
    }

    private enum State
    {
        Closed,
        Opening,
        Recording,
        Writing,
        Resting,
        Sealing,
        Failed,
    }

    /// <summary>The actor's recipe.</summary>
    public static Props Props(PartitionSetup setup, int partition, string path) =>
        Akka.Actor.Props.Create(() => new FileActor(setup, partition, path)).WithDispatcher(PartitionSetup.FilesDispatcher);

    // What the file holds may be more than is committed: whoever recovers it finds it by this handle. Here, and not when Akka
    // disposes the actor: that is behind the message that it has stopped, upon which the next incarnation begins.
    /// <inheritdoc/>
    protected override void PostStop()
    {
        ReleaseWaiting();
        if (_file is not null)
        {
            _setup.HeldFilesOf(_partition).Hold(_number, _file);
        }
    }

    private void ReleaseWaiting()
    {
        foreach (var message in _waiting)
        {
            (message as AppendLines)?.Release();
        }

        _waiting.Clear();
    }

    // Lines and captures keep their order, whether a file is open yet or not.
    private void Next(object message)
    {
        if (_state == State.Failed)
        {
            (message as AppendLines)?.Release();
            return;
        }

        _waiting.Enqueue(message);
        Try(Drain);
    }

    // Writing -> Resting: a host that is silent holds no descriptor.
    private void Rest()
    {
        if (_state == State.Writing && _file!.SyncedLength == _file.Length)
        {
            _resting = _file.ToCommitted();
            _file.Dispose();
            _file = null;
            _state = State.Resting;
        }
    }

    // Resting -> Writing, when the file is still the one that was left.
    private void Wake()
    {
        _file = LogFile.Recover(_setup.Store, _path, _resting).File
            ?? throw new StorageException("open", _path, "ESTALE", "someone else has changed the file");
        _state = State.Writing;
    }

    private void Drain()
    {
        if (_state == State.Resting)
        {
            Wake();
        }

        while (_state is State.Writing or State.Closed && _waiting.TryPeek(out var message))
        {
            if (_state == State.Closed && message is AppendLines)
            {
                _state = State.Opening;
                Context.Parent.Tell(new SegmentWanted());
                return;
            }

            _waiting.Dequeue();
            if (message is CaptureSegment capture)
            {
                Capture(capture);
            }
            else
            {
                Append((AppendLines)message);
            }
        }
    }

    private void Append(AppendLines lines)
    {
        CrashPoint.Pass("agg.before-write");
        try
        {
            // Lines behind someone else's cut would stand there, and once more in the next file.
            RequireUntouched(_file!.FindOtherLength());
            _file.Append(lines.Owned.AsSpan(0, lines.Length));
        }
        finally
        {
            lines.Release();
        }

        TellRotation();
        if (lines.Block.IsLast())
        {
            Context.Parent.Tell(lines.Block);
        }
    }

    // What changes nothing there is not worth a message for each line.
    private void TellRotation()
    {
        if (_toldLength == 0 || RotationPolicy.IsDue(_setup.Settings.Files.Rotation, _openedAt, _file!.Length, _setup.Time.GetUtcNow()))
        {
            _toldLength = _file!.Length;
            _rotation.Tell(new SegmentGrew(_openedAt, _toldLength));
        }
    }

    private void Capture(CaptureSegment capture)
    {
        if (_file is null)
        {
            Context.Parent.Tell(new SegmentCaptured(capture.Checkpoint, null));
            return;
        }

        // Someone else's hand in the file shows here, before anything is called committed.
        RequireUntouched(_file.FindInterference());
        CrashPoint.Pass("agg.after-write-before-fsync");
        _file.Sync();
        var committed = _file.ToCommitted();
        // A turn that was asked for the segment before finds this one empty: there is nothing to seal.
        var sealAs = committed.Length > 0 ? capture.SealAs : null;
        Context.Parent.Tell(new SegmentCaptured(
            capture.Checkpoint,
            new FileCommit(_number, committed.Length, committed.TailChecksum!.Value, sealAs)));
        if (sealAs is not null)
        {
            _state = State.Sealing;
        }
    }

    private void RequireUntouched(Interference found)
    {
        if (found != Interference.None)
        {
            throw new StorageException("append", _path, "ESTALE", $"someone else has changed the file: {found}");
        }
    }

    private void Open(OpenSegment open)
    {
        CrashPoint.Pass("agg.rotate-before-new-open");
        _file = LogFile.Create(_setup.Store, _path);
        _number = open.FileNumber;
        _openedAt = _setup.Time.GetUtcNow();
        _toldLength = 0;
        _state = State.Recording;
        Context.Parent.Tell(new SegmentOpened(_number, _path, _file.Identity, _file.BaseLength));
    }

    private void OnRecorded(SegmentRecorded recorded)
    {
        if (_state == State.Recording && recorded.FileNumber == _number)
        {
            _state = State.Writing;
            Drain();
        }
    }

    private void Seal(SealSegment seal)
    {
        if (_state != State.Sealing || seal.FileNumber != _number)
        {
            // Begun anew, the partition finds the intent in the journal.
            throw new InvalidOperationException($"{_path}: file {seal.FileNumber} is not captured to be sealed, {_number} is {_state}");
        }

        CrashPoint.Pass("agg.rotate-before-rename");
        _file!.Seal(seal.FinalPath);
        CrashPoint.Pass("agg.rotate-after-rename");
        _file.Dispose();
        _file = null;
        _state = State.Closed;
        CrashPoint.Pass("agg.rotate-after-close");
        Context.Parent.Tell(new SegmentSealed(seal.FileNumber, seal.FinalPath));
        Drain();
    }

    // The journal says what is committed; what lies behind is cut and comes again.
    private void Resume(FileEntry entry)
    {
        if (new SegmentRecovery(_setup, _partition, _log).Run(entry) is not { } file)
        {
            Context.Parent.Tell(new SegmentResumed(entry.Opened.FileNumber, IsActive: false));
            return;
        }

        _file = file;
        _number = entry.Opened.FileNumber;
        // A turn of hour or day that came while nobody was here is made up for.
        _openedAt = _setup.Store.Status(_path)?.Modified ?? _setup.Time.GetUtcNow();
        if (entry.IsClosed)
        {
            Close();
            return;
        }

        TellRotation();
        _state = State.Writing;
        Context.Parent.Tell(new SegmentResumed(_number, IsActive: true));
        Drain();
    }

    // Another node has written lines of this path since: the next ones go into a file behind those.
    private void Close()
    {
        var content = _file!.ToCommitted();
        if (content.Length > 0)
        {
            _state = State.Sealing;
            Context.Parent.Tell(new SegmentResumed(_number, IsActive: true, content));
            return;
        }

        _file.Dispose();
        _file = null;
        Context.Parent.Tell(new SegmentResumed(_number, IsActive: false));
    }

    private void Try(Action act)
    {
        try
        {
            act();
        }
        // Whatever it is: thrown on, it would start the partition anew without a pause, and again at the same line.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _state = State.Failed;
            ReleaseWaiting();
            Context.Parent.Tell(new FileFailed(e));
        }
    }
}
