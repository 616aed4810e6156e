using System.Buffers;
using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActorLog.Node.Sharding;

/// <summary>
/// One slice of hosts: the sharded, persistent entity. Its journal is the commit log and the files are a projection of
/// it: a part is persisted, then acked, then written; a checkpoint is an event. What to believe and what to do about a
/// part is <see cref="PartitionState"/>'s; this class moves messages, and <see cref="PartitionFiles"/> keeps the files.
/// Recovering -> Owning -> Resuming -> Active -> (Failed | Stopping).
/// </summary>
internal sealed class PartitionEntity : ReceivePersistentActor, IWithTimers, IDisposable
{
    private const int GapTries = 3;

    private readonly int _partition;
    private readonly PartitionSetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly LineGroups _groups;
    private readonly Dictionary<string, List<(long N, IActorRef Gateway)>> _inDoubt = [];
    private readonly Queue<PartToProject> _again = new();
    private readonly SettledQuestions<IActorRef> _questions = new();
    private readonly PartitionFiles _files;
    private readonly PartitionCleaning _cleaning;
    private readonly PartitionRejects _rejects;
    private readonly Queue<(TakePart Part, IActorRef Gateway)> _persisting = new();
    private PartitionRecovery _recovery;
    private PartitionState _state = null!;
    private RecoveryPlan _plan = null!;
    private CheckpointRun? _checkpoint;
    private long _checkpoints;
    private long _handedOver;
    private bool _isStopping;
    private bool _isHeldBack;
    private bool _hasRefused;

    /// <summary>See <see cref="Props"/>.</summary>
    public PartitionEntity(int partition, PartitionSetup setup)
    {
        _partition = partition;
        _setup = setup;
        PersistenceId = $"partition-{partition}";
        JournalPluginId = PersistencePlugins.PartitionJournal;
        SnapshotPluginId = PersistencePlugins.PartitionSnapshots;
        _recovery = new PartitionRecovery(setup.Settings.UncheckpointedBytesMax);
        _groups = new LineGroups(setup.Template, new LineWriter(setup.Settings.Files.TimeZone));
        _files = new PartitionFiles(setup, Context);
        _cleaning = new PartitionCleaning(setup, PersistenceId, SnapshotStore);
        _rejects = new PartitionRejects(setup, partition, _log);

        Recover<SnapshotOffer>(offer => _recovery.Restore((PartitionSnapshot)offer.Snapshot));
        Recover<JournalEvent>(e => _recovery.Replay(e, LastSequenceNr));
        Recover<UnreadableEvent>(e =>
        {
            // Damage of the file is salvaged, and edges send again; what a newer program wrote is kept and waits for that one.
            if (_setup.Journal is { } journal && e.Error.Kind == CodecErrorKind.Damaged)
            {
                journal.Note(new InvalidDataException($"{PersistenceId}/{LastSequenceNr}: {e.Error.Text}"));
            }
            else
            {
                _rejects.Note(LastSequenceNr, e);
            }

            _recovery.ReplayUnreadable(LastSequenceNr);
        });
        Recover<RecoveryCompleted>(_ => OnRecovered());
        Resuming();
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(int partition, PartitionSetup setup) =>
        Akka.Actor.Props.Create(() => new PartitionEntity(partition, setup));

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _groups.Dispose();
        _cleaning.Dispose();
    }

    // What was handed to the journal and not answered is in doubt: the gateways ask again, at once and not after a timeout.
    /// <inheritdoc/>
    protected override void PostStop()
    {
        while (_persisting.TryDequeue(out var doubt))
        {
            Release(doubt.Part.Records);
            Answer(doubt.Gateway, doubt.Part, PartAnswerKind.Later, "it starts anew");
        }

        base.PostStop();
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    // A failed persist ends this incarnation: nobody knows what is durable, the next one reads it. All that were on their
    // way are told one by one: only the first counts as a try.
    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        if (_hasRefused)
        {
            return;
        }

        _hasRefused = true;
        _setup.Journal?.Note(cause);
        if (cause.GetBaseException() is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT })
        {
            _log.Warning("partition {0}: the journal refused number {1}, another owner has it: {2}", _partition, sequenceNr, cause.Message);
        }
        else
        {
            NoteFailure(DiskRefuses.Of(PartName, _setup.Settings.JournalPath, cause, isWhole: false));
        }
    }

    // A rejection leaves its number unused, and the fence refuses all behind it: this incarnation is over as well.
    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        throw new PartitionFailedException($"the journal rejected number {sequenceNr}: {cause.Message}");
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _setup.Journal?.Note(reason);
        base.OnRecoveryFailure(reason, message);
    }

    // Recovering -> Owning
    private void OnRecovered()
    {
        _state = _recovery.State;
        _plan = _recovery.Complete(LastSequenceNr, _setup.Store.RootId.ToString("N"));
        if (!_plan.IsSound && !IsToBeBelieved())
        {
            Context.Stop(Self);
            return;
        }

        if (_rejects.Newer is { } newer)
        {
            // Nothing of it is lost, and nothing is written: edges spool until the newer program is back.
            Fail(new DiskRefuses(
                PartName, $"the journal was written by a newer version: {newer.Error.Text}", "start the newer program again", IsWhole: false));
            return;
        }

        // What has failed before has its time to wait: whoever asks meanwhile is told so.
        if (_setup.Failures.WaitOf(_partition) is { Ticks: > 0 } wait)
        {
            _isHeldBack = true;
            Timers.StartSingleTimer(nameof(OwnDue), OwnDue.Instance, wait);
        }
        else
        {
            Own();
        }
    }

    private void Own()
    {
        _isHeldBack = false;
        // Before this is stored nothing is written, cut, acked or deleted: a paused owner finds itself fenced here.
        Persist(new Owned(_setup.Store.RootId.ToString("N"), _setup.Node, _state.NextEpoch), e =>
        {
            _state.Apply(e, LastSequenceNr);
            _handedOver = LastSequenceNr;
            if (TryWrite(_rejects.KeepEvents))
            {
                _files.Resume(_plan, _state);
                GoOnWhenResumed();
            }
        });
    }

    // Holes may come of an ex-owner that still deletes: they are believed when the same answer has come three times.
    private bool IsToBeBelieved()
    {
        var seen = _setup.UnsoundPlans.AddOrUpdate(
            _partition, _ => (_plan, 1), (_, last) => last.Plan.IsSameAnswerAs(_plan) ? (_plan, last.Times + 1) : (_plan, 1));
        _log.Error(
            "partition {0}: the journal answers with holes ({1} of {2} times alike): {3} {4}", _partition, seen.Times, GapTries,
            string.Join(", ", _plan.Gaps.Select(static g => $"{g.From}-{g.To}")), string.Join("; ", _plan.Faults));
        return seen.Times >= GapTries;
    }

    // Owning -> Resuming: parts wait until the files are where the journal says.
    private void Resuming()
    {
        Command<SegmentResumed>(resumed =>
        {
            _files.OnResumed(resumed);
            GoOnWhenResumed();
        });
        Command<FileFailed>(failed => Fail(RefusalOf(failed.Error)));
        Command<StopPartition>(_ => Context.Stop(Self));
        Command<RotationDue>(_ => Stash.Stash());
        Command<OwnDue>(_ => Own());
        Command<TakePart>(part => _isHeldBack, part => AnswerLater(part, "it waits for its disk"));
        Command<ClusterMessage>(_ => Stash.Stash());
    }

    // Resuming -> Active
    private void GoOnWhenResumed()
    {
        if (!_files.IsResumed)
        {
            return;
        }

        if (_plan.Parts.Count == 0)
        {
            NoteSuccess();
        }
        else
        {
            _log.Info("partition {0}: {1} parts of the journal are written again", _partition, _plan.Parts.Count);
        }

        foreach (var part in _plan.Parts)
        {
            _setup.Ledger.Add(LedgerAccount.Replayed, part.Part.Records);
            _again.Enqueue(part);
        }

        // The blocks of the journal are not needed any more.
        _recovery = null!;
        _plan = null!;
        Timers.StartPeriodicTimer(nameof(CheckpointDue), CheckpointDue.Instance, _setup.Settings.CheckpointEvery);
        Become(Active);
        Stash.UnstashAll();
        // The last, since it may fail.
        ProjectAgain();
    }

    private void Active()
    {
        Command<TakePart>(OnPart);
        Command<AskSettled>(OnAskSettled);
        Command<EndOrigin>(end => Store(
            new OriginEnded(end.Origin, Now), e => _state.Apply(e, LastSequenceNr)));
        Command<WakePartition>(static _ => { });
        Command<LinesAppended>(OnAppended);
        Command<SegmentWanted>(_ => _files.OnWanted(Sender, _state));
        Command<SegmentOpened>(OnOpened);
        Command<RotationDue>(_ =>
        {
            _files.OnRotationDue(Sender);
            BeginCheckpoint();
        });
        Command<CheckpointDue>(_ => BeginCheckpoint());
        Command<SegmentCaptured>(OnCaptured);
        Command<SegmentSealed>(sealed_ => _files.OnSealed(sealed_));
        Command<FileFailed>(failed => Fail(RefusalOf(failed.Error)));
        Command<StopPartition>(_ => Stop());
        Command<SaveSnapshotSuccess>(saved => _cleaning.OnSaved(saved, Self));
        Command<SaveSnapshotFailure>(failed => _cleaning.OnFailed(failed.Cause, _log));
        Command<DeletePermitted>(permitted => DeleteMessages(permitted.ToSequenceNr));
        Command<DeleteMessagesSuccess>(_ => _cleaning.OnDeleted());
        Command<DeleteMessagesFailure>(failed => _cleaning.OnFailed(failed.Cause, _log));
        Command<DeleteSnapshotsSuccess>(static _ => { });
        Command<DeleteSnapshotsFailure>(failed => _log.Warning("older snapshots stay: {0}", failed.Cause.Message));
    }

    private long Now => _setup.Ages.GetUtcNow().Ticks;

    // What the journal holds beyond the last checkpoint, as fast as the disk takes it: it may be more than memory is.
    private void ProjectAgain()
    {
        while (_files.UnwrittenBytes < PartitionSetup.UnwrittenBytesMax && _again.TryDequeue(out var part))
        {
            Project(part.SequenceNr, part.Part, null);
        }
    }

    private void OnPart(TakePart part)
    {
        if (_isStopping || _again.Count > 0 || _files.UnwrittenBytes > PartitionSetup.UnwrittenBytesMax)
        {
            AnswerLater(part, _isStopping ? "it is handed over" : "lines wait for the disk");
            return;
        }

        var decision = _state.Take(part.Origin, part.N, part.Prev, part.Block.Length);
        switch (decision.Kind)
        {
            case TakeKind.Persist:
                StorePart(part);
                return;
            case TakeKind.Repeat:
                Answer(Sender, part, PartAnswerKind.Stored);
                BookRepeat(part);
                break;
            case TakeKind.RepeatInFlight:
                Doubt(part);
                BookRepeat(part);
                break;
            case TakeKind.ResendAfter:
                Answer(Sender, part, PartAnswerKind.ResendAfter, watermark: decision.After);
                break;
            case TakeKind.Later:
                Answer(Sender, part, PartAnswerKind.Later, "too much waits for a checkpoint");
                BeginCheckpoint();
                break;
        }

        Release(part.Records);
    }

    private void AnswerLater(TakePart part, string why)
    {
        Release(part.Records);
        Answer(Sender, part, PartAnswerKind.Later, why);
    }

    private void StorePart(TakePart part)
    {
        BlockHeader.TryRead(part.Block.Span, out var header, out _);
        var gateway = Sender;
        var stored = new PartStored(
            part.Origin, part.N, part.Prev, part.Edge, Now, header.Records, header.FirstOrdinal, part.Block);
        CrashPoint.Pass("agg.received");
        _persisting.Enqueue((part, gateway));
        Store(stored, e =>
        {
            CrashPoint.Pass("agg.after-commit-before-ack");
            _persisting.Dequeue();
            var isNew = _state.Apply(e, LastSequenceNr);
            Answer(gateway, part, PartAnswerKind.Stored);
            AnswerDoubts(e.Origin);
            if (isNew)
            {
                _setup.Ledger.Add(LedgerAccount.Journaled, e.Records);
                Project(LastSequenceNr, e, part.Records);
            }
            else
            {
                Release(part.Records);
            }

            if (_state.UncheckpointedBytes >= _setup.Settings.CheckpointBytes)
            {
                BeginCheckpoint();
            }
        });
    }

    // A repeat of what is on its way: acked when that is durable, by whomever it comes.
    private void Doubt(TakePart part)
    {
        if (!_inDoubt.TryGetValue(part.Origin, out var waiting))
        {
            _inDoubt.Add(part.Origin, waiting = []);
        }

        waiting.Add((part.N, Sender));
    }

    private void AnswerDoubts(string origin)
    {
        if (_inDoubt.TryGetValue(origin, out var waiting))
        {
            var durable = _state.DurableOf(origin);
            foreach (var (n, gateway) in waiting.Where(w => w.N <= durable))
            {
                gateway.Tell(new PartAnswer(_partition, origin, n, PartAnswerKind.Stored, durable, string.Empty));
            }

            waiting.RemoveAll(w => w.N <= durable);
            if (waiting.Count == 0)
            {
                _inDoubt.Remove(origin);
            }
        }
    }

    private void BookRepeat(TakePart part)
    {
        if (BlockHeader.TryRead(part.Block.Span, out var header, out _))
        {
            _setup.Ledger.Add(LedgerAccount.Repeated, header.Records);
        }
    }

    private void Answer(IActorRef gateway, TakePart part, PartAnswerKind kind, string reason = "", long watermark = 0) =>
        gateway.Tell(new PartAnswer(_partition, part.Origin, part.N, kind, watermark, reason));

    // Answered when an event handed over after the question is stored: only an owner that was not replaced gets that far.
    private void OnAskSettled(AskSettled ask)
    {
        _questions.Add(Sender, ask, _handedOver);
        if (_handedOver == LastSequenceNr)
        {
            Store(new Checkpointed(_state.Through, Now, [], []), e => _state.Apply(e, LastSequenceNr));
        }
    }

    private void Store<TEvent>(TEvent e, Action<TEvent> onStored)
        where TEvent : JournalEvent
    {
        _handedOver++;
        PersistAsync(e, stored =>
        {
            onStored(stored);
            while (_questions.TryTake(LastSequenceNr, out var due))
            {
                var (asker, ask) = due;
                asker.Tell(new SettledAnswer(
                    _partition, ask.Origin, ask.Mark, _state.SettledOf(ask.Origin, Now, _setup.Settings.SettleAfter)));
            }
        });
    }

    // The gateway read the block whole, so this can fail only by a damaged journal, or a fault of this program.
    private void Project(long sequenceNr, PartStored part, RecordBatch? inflated)
    {
        var records = inflated;
        var why = records is null && !BlockReader.TryRead(part.Block.Span, BlockLimits.Default, out records, out var error)
            ? error.ToString()
            : Render(records!);
        if (why is not null)
        {
            TryWrite(() => _rejects.KeepBlock(sequenceNr, part, why));
        }

        for (var i = 0; i < _groups.Count && why is null; i++)
        {
            Append(_groups[i]);
        }

        if (inflated is not null)
        {
            Release(inflated);
        }
        else
        {
            records?.Dispose();
        }
    }

    // Whatever is thrown here would be thrown again by every replay: it is told as the reason.
    private string? Render(RecordBatch records)
    {
        try
        {
            _groups.Render(records);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }

        for (var i = 0; i < _groups.Count; i++)
        {
            if (!StorePath.IsLegal(_groups[i].Path))
            {
                return $"'{_groups[i].Path}' is no path";
            }
        }

        return null;
    }

    private void Append(LineGroup group)
    {
        var lines = ArrayPool<byte>.Shared.Rent(checked((int)group.Bytes));
        var length = 0;
        for (var piece = 0; piece < group.PieceCount; piece++)
        {
            group.Piece(piece).CopyTo(lines.AsSpan(length));
            length += group.Piece(piece).Length;
        }

        _files.Append(group.Path, new AppendLines(lines, length, group.Lines));
    }

    private bool TryWrite(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (StorageException e)
        {
            Fail(RefusalOf(e));
            return false;
        }
    }

    private void Release(RecordBatch? inflated)
    {
        if (inflated is not null)
        {
            _setup.Intake.GiveInflated(inflated);
            inflated.Dispose();
        }
    }

    private void OnAppended(LinesAppended appended)
    {
        _files.OnAppended(appended);
        ProjectAgain();
        _setup.Ledger.Add(LedgerAccount.Projected, appended.Lines);
    }

    private void OnOpened(SegmentOpened opened)
    {
        var file = Sender;
        Store(
            new FileOpened(
                opened.FileNumber, _setup.Store.RootId.ToString("N"), opened.Path, opened.Identity.Device,
                opened.Identity.Inode, opened.BaseLength),
            e =>
            {
                _state.Apply(e, LastSequenceNr);
                file.Tell(new SegmentRecorded(e.FileNumber));
            });
    }

    // The lengths of all files at one event, taken between two writes: captures stand behind the lines in each mailbox.
    private void BeginCheckpoint()
    {
        if (_again.Count > 0)
        {
            return;
        }

        if (_checkpoint is not null || !_files.IsCheckpointWorth(_state))
        {
            StopWhenDone();
            return;
        }

        _checkpoint = new CheckpointRun(++_checkpoints, _state.LastSequenceNr, _state.Capture(), _files.Retire());
        _files.Capture(_checkpoint, _setup.Time.GetUtcNow());
        EndCheckpointWhenCaptured();
    }

    private void OnCaptured(SegmentCaptured captured)
    {
        if (_checkpoint is { } run && run.OnCaptured(captured))
        {
            EndCheckpointWhenCaptured();
        }
    }

    private void EndCheckpointWhenCaptured()
    {
        if (_checkpoint is not { IsCaptured: true } run)
        {
            return;
        }

        CrashPoint.Pass("agg.after-fsync-before-checkpoint");
        if (_isStopping)
        {
            CrashPoint.Pass("agg.handoff-mid");
        }

        run.IsPersisting();
        Store(new Checkpointed(run.Through, Now, run.Commits, run.Retired), e =>
        {
            _state.Apply(e, LastSequenceNr);
            NoteSuccess();
            _checkpoint = null;
            CrashPoint.Pass("agg.after-checkpoint-before-snapshot");
            _files.Seal(e.Files);
            _cleaning.OnCheckpointed(_state, run.Snapshot, Self);
            if (_files.IsRotationWaiting)
            {
                BeginCheckpoint();
            }
            else
            {
                StopWhenDone();
            }
        });
    }

    // any -> Failed: answers "later" until it has waited, then it starts anew.
    private void Fail(DiskRefuses refuses)
    {
        NoteFailure(refuses);
        Timers.StartSingleTimer(nameof(Revive), Revive.Instance, _setup.Failures.WaitOf(_partition));
        Timers.Cancel(nameof(CheckpointDue));
        Become(() =>
        {
            Command<TakePart>(part => AnswerLater(part, refuses.Cause));
            Command<Revive>(_ => throw new PartitionFailedException(refuses.Cause));
            Command<StopPartition>(_ => Context.Stop(Self));
            CommandAny(static _ => { });
        });
        Stash.UnstashAll();
    }

    private DiskRefuses RefusalOf(Exception error) =>
        DiskRefuses.Of(PartName, _setup.Settings.Files.Directory, error, isWhole: false);

    private string PartName => $"partition {_partition}";

    // Said when its kind changes, not at each try, nor for each file of a full disk.
    private void NoteFailure(DiskRefuses refuses)
    {
        if (_setup.Failures.Fail(_partition, refuses.Remedy))
        {
            _log.Warning("{0} cannot write, and tries again: {1}; {2}", refuses.Part, refuses.Cause, refuses.Remedy);
            refuses.Publish(Context.System);
        }
    }

    private void NoteSuccess()
    {
        if (_setup.Failures.Succeed(_partition))
        {
            _log.Info("{0} writes again", PartName);
            Context.System.EventStream.Publish(new DiskTakes(PartName));
        }
    }

    private void Stop()
    {
        _isStopping = true;
        BeginCheckpoint();
    }

    private void StopWhenDone()
    {
        if (_isStopping && _checkpoint is null && !_files.IsCheckpointWorth(_state))
        {
            Context.Stop(Self);
        }
        else if (_isStopping && _checkpoint is null)
        {
            BeginCheckpoint();
        }
    }

    private sealed record CheckpointDue
    {
        public static readonly CheckpointDue Instance = new();
    }

    private sealed record OwnDue
    {
        public static readonly OwnDue Instance = new();
    }

    private sealed record Revive
    {
        public static readonly Revive Instance = new();
    }
}
