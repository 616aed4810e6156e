using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// One incarnation of a partition's entity: what the actor does, without the actor. It recovers, owns, takes parts,
/// asks
/// the journal, and hands what is applied to its files.
/// </summary>
internal sealed class SimulatedOwner(Simulation world, SimulatedPartition partition, SimulatedDisk disk)
{
    private readonly List<(JournalEvent Event, long SequenceNr)> _queued = [];
    private readonly List<(JournalEvent Event, long SequenceNr)> _writing = [];
    private readonly List<(string Origin, long N, SimulatedGateway Gateway)> _waiting = [];
    private readonly SettledQuestions<SimulatedGateway> _questions = new();
    private PartitionRecovery? _recovery;
    private RecoveryPlan? _plan;
    private SimulatedFiles? _files;
    private Checkpointed? _checkpoint;
    private PartitionSnapshot? _captured;
    private PartitionSnapshot? _deletable;
    private long _sequenceNr;
    private bool _isCheckpointing;
    private int _sameAnswers;

    public SimulatedDisk Disk { get; } = disk;

    public Queue<(SimulatedGateway From, ClusterMessage Message)> Inbox { get; } = new();

    public bool IsRunning => _files is not null;

    public PartitionState? State { get; private set; }

    public bool IsIdle => IsRunning && _queued.Count == 0 && _writing.Count == 0 && Inbox.Count == 0
        && _files!.IsIdle && State!.UncheckpointedParts == 0 && !_isCheckpointing;

    /// <summary>Recovery in two steps, between which another owner may save and delete.</summary>
    public void Recover()
    {
        if (State is not null)
        {
            return;
        }

        if (_recovery is null)
        {
            _recovery = new PartitionRecovery(world.UncheckpointedBytesMax);
            if (partition.Journal.LatestSnapshot() is { } snapshot)
            {
                _recovery.Restore(snapshot);
            }

            return;
        }

        if (world.Lossy && world.Random.Next(3) > 0)
        {
            // A replay takes its time, in which another may save and delete.
            return;
        }

        partition.Journal.ReplayInto(_recovery);
        var plan = _recovery.Complete(partition.Journal.Highest, Disk.RootId);
        if (!plan.IsSound && world.Bug != SimulationBug.GapsBelieved)
        {
            world.RecoveredAgain++;
            _recovery = null;
            _sameAnswers = plan.IsSameAnswerAs(_plan) ? _sameAnswers + 1 : 0;
            _plan = plan;
            if (_sameAnswers >= 3)
            {
                throw new SimulationFailure($"a journal with holes: {string.Join(", ", plan.Gaps)} {string.Join(", ", plan.Faults)}");
            }

            return;
        }

        _plan = plan;
        State = _recovery.State;
        _sequenceNr = State.LastSequenceNr;
        Persist(new Owned(Disk.RootId, Disk.RootId, State.NextEpoch));
    }

    /// <summary>Handles one message.</summary>
    public void Receive()
    {
        if (!Inbox.TryDequeue(out var mail))
        {
            return;
        }

        switch (mail.Message)
        {
            case TakePart part when !IsRunning:
                Answer(mail.From, part.Origin, part.N, PartAnswerKind.Later);
                break;
            case TakePart part:
                Take(mail.From, part);
                break;
            case AskSettled ask when IsRunning:
                if (world.Bug == SimulationBug.SettledWithoutProof)
                {
                    AnswerSettled(mail.From, ask);
                    break;
                }

                _questions.Add(mail.From, ask, _sequenceNr);
                if (_queued.Count == 0 && _questions.Count == 1)
                {
                    // Nothing else is on its way that would prove that this is still the owner.
                    Persist(new Checkpointed(State!.Through, world.Now, [], []));
                }

                break;
        }
    }

    /// <summary>The journal's side: a group is handed over, and later answered, or not.</summary>
    public void Write(bool fails, bool failsUnseen)
    {
        if (_writing.Count == 0)
        {
            _writing.AddRange(_queued);
            _queued.Clear();
            return;
        }

        if (fails || !partition.Journal.TryAppend(_writing) || failsUnseen)
        {
            // Nobody knows what of it is durable: the state is thrown away.
            partition.Die(this);
            return;
        }

        var written = _writing.ToList();
        _writing.Clear();
        foreach (var (e, sequenceNr) in written)
        {
            OnStored(e, sequenceNr);
        }

        while (_questions.TryTake(written[^1].SequenceNr, out var due))
        {
            AnswerSettled(due.Asker, due.Question);
        }

        if (_questions.Count > 0 && _queued.Count == 0)
        {
            Persist(new Checkpointed(State!.Through, world.Now, [], []));
        }
    }

    /// <summary>Writes one applied part to its files.</summary>
    public void Project() => _files?.Project();

    /// <summary>Completes one rename.</summary>
    public void Rename() => _files?.Rename();

    /// <summary>Syncs, takes lengths and state at one event, persists the commit.</summary>
    public void Checkpoint()
    {
        if (_files is null || _isCheckpointing)
        {
            return;
        }

        // With parts still to be written the state is ahead of the files: then there is a commit, but no snapshot.
        var isLevel = _files.FirstUnwritten is null;
        var through = _files.FirstUnwritten - 1 ?? State!.LastSequenceNr;
        _captured = isLevel ? State!.Capture() : null;
        _isCheckpointing = true;
        _checkpoint = _files.Commit(State!.Files, through, world.Now);
        Persist(_checkpoint);
    }

    /// <summary>Saves the snapshot of the last checkpoint; in a later step deletes what it covers.</summary>
    public void Save()
    {
        if (_deletable is not null)
        {
            partition.Journal.Delete(_deletable.SequenceNr);
            _deletable = null;
        }
        else if (_captured is not null && !_isCheckpointing)
        {
            if (world.Bug == SimulationBug.SnapshotAtCallTime)
            {
                _captured = State!.Capture();
            }
            else if (!State!.MaySave(_captured))
            {
                throw new SimulationFailure("a captured snapshot is not covered by its checkpoint");
            }

            partition.Journal.Save(_captured);
            _deletable = _captured;
            _captured = null;
        }
    }

    internal void Persist(JournalEvent e) => _queued.Add((e, ++_sequenceNr));

    private void Take(SimulatedGateway from, TakePart part)
    {
        var decision = State!.Take(part.Origin, part.N, part.Prev, part.Block.Length);
        switch (decision.Kind)
        {
            case TakeKind.Persist:
                Persist(new PartStored(
                    part.Origin, part.N, part.Prev, part.Edge, world.Now, 1, 0, part.Block));
                AnswerWhenStored(from, part, now: world.Bug == SimulationBug.AckBeforePersist);
                break;
            case TakeKind.Repeat:
                world.Repeats++;
                Answer(from, part.Origin, part.N, PartAnswerKind.Stored);
                break;
            case TakeKind.RepeatInFlight:
                world.RepeatsInFlight++;
                AnswerWhenStored(from, part, now: world.Bug == SimulationBug.AckPastDurable);
                break;
            case TakeKind.ResendAfter:
                world.Resends++;
                Answer(from, part.Origin, part.N, PartAnswerKind.ResendAfter);
                break;
            default:
                Answer(from, part.Origin, part.N, PartAnswerKind.Later);
                break;
        }
    }

    private void AnswerSettled(SimulatedGateway to, AskSettled ask) => to.Inbox.Enqueue(new SettledAnswer(
        partition.Slot, ask.Origin, ask.Mark, State!.SettledOf(ask.Origin, world.Now, Simulation.SettleAfter)));

    private void AnswerWhenStored(SimulatedGateway from, TakePart part, bool now)
    {
        if (now)
        {
            Answer(from, part.Origin, part.N, PartAnswerKind.Stored);
        }
        else
        {
            _waiting.Add((part.Origin, part.N, from));
        }
    }

    private void OnStored(JournalEvent e, long sequenceNr)
    {
        var isNew = State!.Apply(e, sequenceNr);
        switch (e)
        {
            case Owned:
                _files = new SimulatedFiles(world, this, Disk);
                _files.Recover(_plan!);
                break;
            case PartStored part:
                if (isNew)
                {
                    _files!.Enqueue(sequenceNr, part);
                }

                var durable = State.DurableOf(part.Origin);
                foreach (var (origin, n, gateway) in _waiting.Where(w => w.Origin == part.Origin && w.N <= durable))
                {
                    Answer(gateway, origin, n, PartAnswerKind.Stored);
                }

                _waiting.RemoveAll(w => w.Origin == part.Origin && w.N <= durable);
                break;
            case FileOpened opened:
                _files!.OnOpened(opened);
                break;
            case Checkpointed checkpointed:
                _isCheckpointing &= !ReferenceEquals(e, _checkpoint);
                _files!.OnCheckpointed(checkpointed);
                break;
        }
    }

    private void Answer(SimulatedGateway to, string origin, long n, PartAnswerKind kind) =>
        to.Inbox.Enqueue(new PartAnswer(partition.Slot, origin, n, kind, 0, ""));
}
