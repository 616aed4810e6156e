using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace ActorLog.Node.Sharding;

/// <summary>
/// One slice of hosts: the sharded, persistent entity. Its journal is the commit log and the files are a projection of
/// it: a part is persisted, then acked, then written; a checkpoint is an event. This class is the order of these steps.
/// What to believe and what to do about a part is <see cref="PartitionState"/>'s; <see cref="PartitionAnswers"/> owes the
/// gateways, <see cref="PartitionProjection"/> makes lines, and <see cref="PartitionFiles"/> keeps the files.
/// Recovering -> Owning -> Resuming -> Active -> (Failed | Stopping).
/// </summary>
internal sealed class PartitionEntity : ReceivePersistentActor, IWithTimers, IDisposable
{
    private const int GapTries = 3;

    private readonly int _partition;
    private readonly PartitionSetup _setup;
    private readonly PartitionHistory _history;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly PartitionAnswers _answers;
    private readonly PartitionFiles _files;
    private readonly PartitionEarlierOwners _earlier;
    private readonly PartitionRejects _rejects;
    private readonly PartitionProjection _projection;
    private readonly PartitionCheckpoints _checkpoints;
    private readonly PartitionCleaning _cleaning;
    private readonly PartitionDisk _disk;
    private readonly ByteBudget.Share _uncheckpointed;
    private PartitionRecovery _recovery;
    private PartitionState _state = null!;
    private RecoveryPlan _plan = null!;
    private long _handedOver;
    private bool _isStopping;
    private bool _isHeldBack;
    private bool _hasRefused;
    private bool _hasBegun;
    private bool _isHandedOver;

    /// <summary>See <see cref="Props"/>.</summary>
    public PartitionEntity(int partition, PartitionSetup setup)
    {
        _partition = partition;
        _setup = setup;
        _history = new PartitionHistory(setup.Journal, Context.System.EventStream);
        PersistenceId = PersistenceIdOf(partition);
        JournalPluginId = PersistencePlugins.PartitionJournal;
        SnapshotPluginId = PersistencePlugins.PartitionSnapshots;
        _recovery = new PartitionRecovery(setup.Settings.UncheckpointedBytesMax);
        _answers = new PartitionAnswers(partition, setup);
        _files = new PartitionFiles(partition, setup, Context);
        _rejects = new PartitionRejects(setup, partition, _log);
        _projection = new PartitionProjection(setup, _files, _rejects);
        _earlier = new PartitionEarlierOwners(setup, partition);
        _checkpoints = new PartitionCheckpoints(setup, _files, _earlier);
        _cleaning = new PartitionCleaning(setup, PersistenceId, SnapshotStore, _history.Timeline);
        _disk = new PartitionDisk(partition, setup, Context.System, _log);
        _uncheckpointed = setup.Uncheckpointed.Open();

        Recover<SnapshotOffer>(offer =>
        {
            if (offer.Snapshot is PartitionSnapshot snapshot)
            {
                _recovery.Restore(snapshot);
            }
            else
            {
                _rejects.Note(offer.Metadata.SequenceNr, (UnreadableEvent)offer.Snapshot);
            }
        });
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

    /// <summary>Under which name a partition stands in the journal.</summary>
    public static string PersistenceIdOf(int partition) => $"partition-{partition}";

    /// <summary>The actor's recipe.</summary>
    public static Props Props(int partition, PartitionSetup setup) =>
        Akka.Actor.Props.Create(() => new PartitionEntity(partition, setup));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(JournalChanged));
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (!_hasBegun && message is TakePart part)
        {
            _answers.OweEarly(part, Sender);
        }

        return base.AroundReceive(receive, message);
    }

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _projection.Dispose();
        _cleaning.Dispose();
        _files.Dispose();
        _uncheckpointed.Dispose();
    }

    // What waits in the stash comes to the next incarnation.
    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        _answers.ForgetAllEarly();
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        foreach (var part in _answers.TellDoubt())
        {
            _projection.GiveBack(part.Records);
        }

        if (_isHandedOver)
        {
            _setup.HeldFilesOf(_partition).Dispose();
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
        if (_setup.Journal?.IsFence(cause) ?? false)
        {
            _log.Warning("partition {0}: the journal refused number {1}, another owner has it: {2}", _partition, sequenceNr, cause.Message);
        }
        else
        {
            _disk.Refuses(_disk.OfJournal(cause));
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
        _disk.Refuses(_disk.OfJournal(reason));
        if (message is not null)
        {
            // A fault of ours, which the library tells. That the journal does not answer has been said, once, not at each try.
            base.OnRecoveryFailure(reason, message);
        }
    }

    // Recovering -> Owning
    private void OnRecovered()
    {
        _state = _recovery.State;
        _uncheckpointed.Set(_state.UncheckpointedBytes);
        _plan = _recovery.Complete(LastSequenceNr, _setup.Store.RootId.ToString("N"));
        if ((_rejects.Newer?.Error.Text ?? PartitionRejects.BeyondThisProgram(_plan.Parts)) is { } newer)
        {
            // Nothing of it is lost, and nothing is written: edges spool until the newer program is back.
            Fail(new DiskRefuses(
                _disk.PartName, $"the journal was written by a newer version: {newer}", "start the newer program again", IsWhole: false));
            return;
        }

        if (!_plan.IsSound && !IsToBeBelieved())
        {
            Context.Stop(Self);
            return;
        }

        // What has failed before has its time to wait: whoever asks meanwhile is told so.
        if (_disk.Wait is { Ticks: > 0 } wait)
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
        var owned = new Owned(_setup.Store.RootId.ToString("N"), _setup.Node, _state.NextEpoch);
        Persist(_history.Fence(owned), _ =>
        {
            _state.Apply(owned, LastSequenceNr);
            _handedOver = LastSequenceNr;
            if (_setup.Keeper is { } keeper)
            {
                keeper.Tell(new TakeFiles(_partition, owned.Epoch));
            }
            else
            {
                ResumeFiles();
            }
        });
    }

    private void ResumeFiles()
    {
        if (TryWrite(_rejects.KeepEvents))
        {
            _files.Resume(_plan, _state);
            GoOnWhenResumed();
        }
    }

    // The node has heard of a later owner: what is under way here is refused, or was stored before and is the other's by now.
    private void OnSuperseded(Superseded superseded)
    {
        if (_state.Owner?.Epoch < superseded.Epoch)
        {
            _log.Info("partition {0}: another node has become its owner", _partition);
            Context.Stop(Self);
        }
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
        Command<FilesTaken>(_ => ResumeFiles());
        Command<Superseded>(OnSuperseded);
        Command<SegmentResumed>(resumed =>
        {
            _files.OnResumed(resumed, Sender);
            GoOnWhenResumed();
        });
        Command<FileFailed>(failed => Fail(_disk.OfFiles(failed.Error)));
        // Files may be cut already: whoever reads them after a clean end finds what the journal has.
        Command<StopPartition>(_ => _isHeldBack, _ => Context.Stop(Self));
        Command<StopPartition>(_ => Stash.Stash());
        Command<RotationDue>(_ => Stash.Stash());
        Command<JournalChanged>(_history.Require);
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

        if (_files.SealClosed(_state, _setup.Time.GetUtcNow()) is { Count: > 0 } seals)
        {
            var closed = new Checkpointed(_state.Through, Now, seals, []);
            Persist(_history.Fence(closed), _ =>
            {
                _state.Apply(closed, LastSequenceNr);
                _handedOver = LastSequenceNr;
                _files.Seal(seals);
                GoOn();
            });
            return;
        }

        GoOn();
    }

    private void GoOn()
    {
        if (_plan.Parts.Count == 0)
        {
            _disk.Takes();
        }
        else
        {
            _log.Info("partition {0}: {1} parts of the journal are written again", _partition, _plan.Parts.Count);
            _projection.WriteAgain(_plan.Parts);
        }

        // The blocks of the journal are not needed any more, nor a file that its table does not have.
        _recovery = null!;
        _plan = null!;
        _setup.HeldFilesOf(_partition).Dispose();
        Timers.StartPeriodicTimer(nameof(CheckpointDue), CheckpointDue.Instance, _setup.Settings.CheckpointEvery);
        Timers.StartPeriodicTimer(nameof(EarlierOwnersDue), EarlierOwnersDue.Instance, TimeSpan.Zero, PartitionEarlierOwners.AskEvery);
        BeginAnswering();
        Become(Active);
        Stash.UnstashAll();
        // The last, since it may fail.
        TryWrite(_projection.CatchUp);
    }

    private void Active()
    {
        Command<JournalChanged>(_history.Require);
        Command<TakePart>(OnPart);
        Command<AskStored>(OnAskStored);
        Command<AskSettled>(OnAskSettled);
        Command<EndOrigin>(end => Store(
            new OriginEnded(end.Origin, Now), e => _state.Apply(e, LastSequenceNr)));
        Command<WakePartition>(static _ => { });
        Command<BlockLines>(OnAppended);
        Command<SegmentWanted>(_ => _files.OnWanted(Sender, _state));
        Command<SegmentOpened>(OnOpened);
        Command<RotationDue>(_ =>
        {
            _files.OnRotationDue(Sender);
            BeginCheckpoint();
        });
        Command<CheckpointDue>(_ =>
        {
            _files.RestSilent();
            if (_checkpoints.IsDue())
            {
                BeginCheckpoint();
            }
        });
        Command<SegmentCaptured>(captured =>
        {
            _files.OnCaptured(captured, Sender);
            _checkpoints.OnCaptured(captured);
            EndCheckpointWhenCaptured();
        });
        Command<SegmentSealed>(sealed_ => _files.OnSealed(sealed_, Sender));
        Command<FileFailed>(failed => Fail(_disk.OfFiles(failed.Error)));
        Command<EarlierOwnersDue>(_ => _earlier.Ask(_state, Self));
        Command<FilesTrimmed>(trimmed =>
        {
            _earlier.OnTrimmed(trimmed, _state);
            BeginCheckpoint();
        });
        Command<Superseded>(OnSuperseded);
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

    private void OnPart(TakePart part)
    {
        if (_history.IsOther(part.Timeline))
        {
            _projection.GiveBack(part.Records);
            Sender.Tell(new PartAnswer(
                _partition, part.Origin, part.N, PartAnswerKind.Later, 0, $"the journal's history was {_history.Timeline} here")
            {
                Timeline = _history.Timeline,
            });
            return;
        }

        if (_isStopping || _projection.IsBehind || !_files.HasRoom)
        {
            AnswerLater(part, _isStopping ? "it is handed over" : "lines wait for the disk");
            return;
        }

        if (!BlockHeader.TryRead(part.Block.Span, out _, out var error) && error.IsBeyondThisProgram)
        {
            // Its gateway is of a newer program: stored here it could not be written.
            AnswerLater(part, $"its block is beyond this node: {error.Text}; upgrade this node");
            return;
        }

        if (!_uncheckpointed.HasRoom)
        {
            AnswerLater(part, "too much of this node waits for a checkpoint");
            BeginCheckpoint();
            return;
        }

        var decision = _state.Take(part.Origin, part.N, part.Prev, part.Block.Length);
        switch (decision.Kind)
        {
            case TakeKind.Persist:
                StorePart(part);
                return;
            case TakeKind.Repeat:
                _answers.Tell(Sender, part, PartAnswerKind.Stored);
                BookRepeat(part);
                break;
            case TakeKind.RepeatInFlight:
                _answers.OweRepeat(part.Origin, part.N, Sender);
                BookRepeat(part);
                break;
            case TakeKind.ResendAfter:
                _answers.Tell(Sender, part, PartAnswerKind.ResendAfter, watermark: decision.After);
                break;
            case TakeKind.Later:
                _answers.Tell(Sender, part, PartAnswerKind.Later, "too much waits for a checkpoint");
                BeginCheckpoint();
                break;
        }

        _projection.GiveBack(part.Records);
    }

    // From now on each part is answered when its turn comes.
    private void BeginAnswering()
    {
        _hasBegun = true;
        _answers.ForgetAllEarly();
    }

    private void AnswerLater(TakePart part, string why)
    {
        _answers.ForgetEarly(part);
        _projection.GiveBack(part.Records);
        _answers.Tell(Sender, part, PartAnswerKind.Later, why);
    }

    private void StorePart(TakePart part)
    {
        BlockHeader.TryRead(part.Block.Span, out var header, out _);
        var stored = new PartStored(
            part.Origin, part.N, part.Prev, part.Edge, Now, header.Records, header.FirstOrdinal, part.Block);
        CrashPoint.Pass("agg.received");
        _answers.Owe(part, Sender);
        Store(stored, e =>
        {
            CrashPoint.Pass("agg.after-commit-before-ack");
            var isNew = _state.Apply(e, LastSequenceNr);
            _answers.TellStored(_state);
            if (isNew)
            {
                _setup.Ledger.Add(LedgerAccount.Journaled, e.Records);
                TryWrite(() => _projection.Project(LastSequenceNr, e, part.Records));
            }
            else
            {
                _projection.GiveBack(part.Records);
            }

            if (_state.UncheckpointedBytes >= _setup.Settings.CheckpointBytes || !_uncheckpointed.HasRoom)
            {
                BeginCheckpoint();
            }
        });
    }

    private void BookRepeat(TakePart part)
    {
        if (BlockHeader.TryRead(part.Block.Span, out var header, out _))
        {
            _setup.Ledger.Add(LedgerAccount.Repeated, header.Records);
        }
    }

    private void OnAskStored(AskStored ask)
    {
        if (!_history.IsOther(ask.Timeline))
        {
            _answers.Answer(Sender, ask, _state.Find(ask.Origin, ask.N), _state.DurableOf(ask.Origin));
        }
    }

    // Answered when an event handed over after the question is stored: only an owner that was not replaced gets that far.
    private void OnAskSettled(AskSettled ask)
    {
        if (_history.IsOther(ask.Timeline))
        {
            // The connection that asks has ended, or asks again.
            return;
        }

        _answers.OweSettled(Sender, ask, _handedOver);
        ProveWhenAsked();
    }

    // Whatever was under way when the question came is no proof: when nothing follows it, this does.
    private void ProveWhenAsked()
    {
        if (_answers.AreQuestionsOpen && _handedOver == LastSequenceNr)
        {
            Store(new Checkpointed(_state.Through, Now, [], []), e => _state.Apply(e, LastSequenceNr));
        }
    }

    private void Store<TEvent>(TEvent e, Action<TEvent> onStored)
        where TEvent : JournalEvent
    {
        _handedOver++;
        PersistAsync(_history.Fence(e), _ =>
        {
            onStored(e);
            _uncheckpointed.Set(_state.UncheckpointedBytes);
            _answers.TellSettled(_state, LastSequenceNr, Now);
            ProveWhenAsked();
        });
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
            Fail(_disk.OfFiles(e));
            return false;
        }
    }

    private void OnAppended(BlockLines appended)
    {
        _files.OnAppended(appended);
        TryWrite(_projection.CatchUp);
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

    private void BeginCheckpoint()
    {
        if (_projection.IsBehind)
        {
            return;
        }

        if (_checkpoints.TryBegin(_state))
        {
            EndCheckpointWhenCaptured();
        }
        else
        {
            StopWhenDone();
        }
    }

    private void EndCheckpointWhenCaptured()
    {
        if (_checkpoints.TakeCaptured() is not { } run)
        {
            return;
        }

        CrashPoint.Pass("agg.after-fsync-before-checkpoint");
        if (_isStopping)
        {
            CrashPoint.Pass("agg.handoff-mid");
        }

        Store(new Checkpointed(run.Through, Now, run.Commits, run.Retired), e =>
        {
            _state.Apply(e, LastSequenceNr);
            _disk.Takes();
            CrashPoint.Pass("agg.after-checkpoint-before-snapshot");
            _checkpoints.End(e);
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
        _disk.Refuses(refuses);
        Timers.StartSingleTimer(nameof(Revive), Revive.Instance, _disk.Wait);
        Timers.Cancel(nameof(CheckpointDue));
        BeginAnswering();
        Become(() =>
        {
            Command<TakePart>(part => AnswerLater(part, refuses.Cause));
            Command<Revive>(_ => throw new PartitionFailedException(refuses.Cause));
            Command<Superseded>(OnSuperseded);
            Command<StopPartition>(_ => Context.Stop(Self));
            CommandAny(static _ => { });
        });
        Stash.UnstashAll();
    }

    private void Stop()
    {
        _isStopping = true;
        BeginCheckpoint();
    }

    private void StopWhenDone()
    {
        if (!_isStopping || _checkpoints.IsUnderWay)
        {
            return;
        }

        if (_checkpoints.IsWorth(_state))
        {
            BeginCheckpoint();
        }
        else
        {
            _isHandedOver = true;
            Context.Stop(Self);
        }
    }

    private sealed record CheckpointDue
    {
        public static readonly CheckpointDue Instance = new();
    }

    private sealed record EarlierOwnersDue
    {
        public static readonly EarlierOwnersDue Instance = new();
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
