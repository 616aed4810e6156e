using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>How a write to the journal ends.</summary>
internal enum WriteEnd
{
    /// <summary>It is stored, if the fence lets it.</summary>
    Stored,
    /// <summary>It is refused.</summary>
    Refused,
    /// <summary>It fails, and is stored all the same.</summary>
    StoredUnseen,
    /// <summary>It is given up, and is still on its way.</summary>
    StillOnItsWay,
}

/// <summary>
/// One incarnation of a partition's entity: what the actor does, without the actor. It recovers, owns, takes parts, asks
/// the journal, and hands what is applied to its files.
/// </summary>
internal sealed class SimulatedOwner(DeliverySimulation world, SimulatedPartition partition, SimulatedDisk disk)
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
    private bool _isStopping;
    private int _sameAnswers;

    public SimulatedDisk Disk { get; } = disk;

    public SimulatedMailbox<(SimulatedGateway From, ClusterMessage Message)> Inbox { get; } = new(world);

    public bool IsRunning => _files is not null;

    public bool IsWriting => _writing.Count > 0;

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
            _recovery = new PartitionRecovery(
                world.Bug == DeliveryBug.NoCap ? long.MaxValue : world.UncheckpointedBytesMax);
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
        if (!plan.IsSound && world.Bug != DeliveryBug.GapsBelieved)
        {
            RecoverAgain(plan);
            return;
        }

        world.Tally.Count(Happening.Recovery);
        _plan = plan;
        State = _recovery.State;
        _sequenceNr = State.LastSequenceNr;
        Persist(new Owned(Disk.RootId, Disk.RootId, State.NextEpoch));
        if (world.Bug == DeliveryBug.CutBeforeOwned)
        {
            ResumeFiles();
        }
    }

    /// <summary>Handles one message.</summary>
    public void Receive()
    {
        if (!Inbox.TryTake(out var mail))
        {
            return;
        }

        switch (mail.Message)
        {
            case TakePart part when !IsRunning || _isStopping:
                Answer(mail.From, part.Origin, part.N, PartAnswerKind.Later);
                break;
            case TakePart part:
                Take(mail.From, part);
                break;
            case EndOrigin end when IsRunning:
                Persist(new OriginEnded(end.Origin, world.Now));
                break;
            case AskStored ask when IsRunning:
                OnAskStored(mail.From, ask);
                break;
            case AskSettled ask when IsRunning:
                OnAskSettled(mail.From, ask);
                break;
        }
    }

    /// <summary>The journal's side: a group is handed over, and later answered, or not.</summary>
    public void Write(WriteEnd end)
    {
        if (_writing.Count == 0)
        {
            _writing.AddRange(_queued);
            _queued.Clear();
            return;
        }

        if (end == WriteEnd.StillOnItsWay)
        {
            partition.WriteLater([.. _writing], Disk.RootId);
        }
        else if (end == WriteEnd.Refused)
        {
            LoseGroup();
        }

        if (end is WriteEnd.Refused or WriteEnd.StillOnItsWay || !TryAppend() || end == WriteEnd.StoredUnseen)
        {
            if (end == WriteEnd.StoredUnseen)
            {
                world.Tally.Count(Happening.StoredUnseen);
            }

            Lose();
            return;
        }

        var highest = _writing[^1].SequenceNr;
        foreach (var (e, sequenceNr) in _writing)
        {
            OnStored(e, sequenceNr);
        }

        _writing.Clear();
        while (_questions.TryTake(highest, out var due))
        {
            AnswerSettled(due.Asker, due.Question);
        }

        if (_questions.Count > 0 && _queued.Count == 0)
        {
            Persist(new Checkpointed(State!.Through, world.Now, [], []));
        }
    }

    /// <summary>Nobody knows what of its writes is durable: the state is thrown away.</summary>
    public void Lose()
    {
        if (world.Bug == DeliveryBug.LoserCutsItsTail)
        {
            _files?.CutTails(State!.Files);
        }

        partition.Die(this);
    }

    /// <summary>Writes one applied part to its files.</summary>
    public void Project() => _files?.Project();

    /// <summary>Takes the next step of a rename.</summary>
    public void Rename() => _files?.Rename();

    /// <summary>Takes no more, and ends when all is in the files.</summary>
    public void BeginStop() => _isStopping = true;

    /// <summary>The end of an orderly stop.</summary>
    public void StopWhenDone()
    {
        if (_isStopping && IsIdle)
        {
            world.Tally.Count(Happening.HandOver);
            partition.Die(this);
        }
    }

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
        _checkpoint = _files.Commit(State!.Files, through, world.Now);
        if (world.Bug == DeliveryBug.CommitInSnapshotOnly)
        {
            State!.Apply(_checkpoint, State.LastSequenceNr);
            _files.OnCheckpointed(_checkpoint);
            _captured = isLevel ? State.Capture() : null;
            return;
        }

        _isCheckpointing = true;
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
            if (world.Bug == DeliveryBug.SnapshotAtCallTime)
            {
                _captured = State!.Capture();
            }
            else if (!State!.MaySave(_captured))
            {
                throw new SimulationFailure("a captured snapshot is not covered by its checkpoint");
            }

            Forget();
            partition.Journal.Save(_captured);
            _deletable = _captured;
            _captured = null;
        }
    }

    internal void Persist(JournalEvent e) => _queued.Add((e, ++_sequenceNr));

    private void RecoverAgain(RecoveryPlan plan)
    {
        world.Tally.Count(Happening.RecoveredAgain);
        _recovery = null;
        _sameAnswers = plan.IsSameAnswerAs(_plan) ? _sameAnswers + 1 : 0;
        _plan = plan;
        if (_sameAnswers >= 3)
        {
            throw new SimulationFailure(
                $"a journal with holes: {string.Join(", ", plan.Gaps)} {string.Join(", ", plan.Faults)}");
        }
    }

    private bool TryAppend()
    {
        if (partition.Journal.TryAppend(_writing, Disk.RootId))
        {
            return true;
        }

        LoseGroup();
        return false;
    }

    // One transaction for all partitions of a node: the refused row takes the others with it.
    private void LoseGroup()
    {
        foreach (var other in world.Partitions)
        {
            if (other.Owner is { IsWriting: true } owner && owner != this && owner.Disk == Disk)
            {
                world.Tally.Count(Happening.GroupRefused);
                owner.Lose();
            }
        }
    }

    private void Forget()
    {
        if (world.Bug == DeliveryBug.ForgottenTooSoon)
        {
            State!.Forget(world.Now, TimeSpan.Zero, TimeSpan.Zero);
        }
        else if (State!.Forget(world.Now, DeliverySimulation.ForgetAfter, TimeSpan.FromTicks(long.MaxValue / 2)) > 0)
        {
            world.Tally.Count(Happening.OriginForgotten);
        }
    }

    private void Take(SimulatedGateway from, TakePart part)
    {
        var decision = State!.Take(part.Origin, part.N, part.Prev, part.Block.Length);
        switch (decision.Kind)
        {
            case TakeKind.Persist:
                Persist(new PartStored(
                    part.Origin, part.N, part.Prev, part.Edge, world.Now, 1, 0, part.Block));
                AnswerWhenStored(from, part, now: world.Bug == DeliveryBug.AckBeforePersist);
                break;
            case TakeKind.Repeat:
                world.Tally.Count(Happening.Repeat);
                Answer(from, part.Origin, part.N, PartAnswerKind.Stored);
                break;
            case TakeKind.RepeatInFlight:
                world.Tally.Count(Happening.RepeatInFlight);
                AnswerWhenStored(from, part, now: world.Bug == DeliveryBug.AckPastDurable);
                break;
            case TakeKind.ResendAfter:
                world.Tally.Count(Happening.Resend);
                Answer(from, part.Origin, part.N, PartAnswerKind.ResendAfter);
                break;
            default:
                world.Tally.Count(Happening.Later);
                Answer(from, part.Origin, part.N, PartAnswerKind.Later);
                break;
        }
    }

    private void OnAskStored(SimulatedGateway from, AskStored ask)
    {
        var found = State!.Find(ask.Origin, ask.N).Kind;
        if (found == TakeKind.RepeatInFlight && world.Bug != DeliveryBug.AckPastDurable)
        {
            _waiting.Add((ask.Origin, ask.N, from));
        }
        else
        {
            // The asker may have missed the answers to all before it.
            var watermark = found == TakeKind.Repeat ? State.DurableOf(ask.Origin) : 0;
            Answer(from, ask.Origin, ask.N, found == TakeKind.ResendAfter ? PartAnswerKind.ResendAfter : PartAnswerKind.Stored, watermark);
        }
    }

    private void OnAskSettled(SimulatedGateway from, AskSettled ask)
    {
        if (world.Bug == DeliveryBug.SettledWithoutProof)
        {
            AnswerSettled(from, ask);
            return;
        }

        _questions.Add(from, ask, _sequenceNr);
        if (_queued.Count == 0 && _questions.Count == 1)
        {
            // Nothing else is on its way that would prove that this is still the owner.
            Persist(new Checkpointed(State!.Through, world.Now, [], []));
        }
    }

    private void AnswerSettled(SimulatedGateway to, AskSettled ask) => to.Inbox.Send(new SettledAnswer(
        partition.Slot, ask.Origin, ask.Mark, State!.SettledOf(ask.Origin, world.Now, DeliverySimulation.SettleAfter)));

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

    private void ResumeFiles()
    {
        _files = new SimulatedFiles(world, this, Disk);
        _files.Recover(_plan!);
    }

    private void OnStored(JournalEvent e, long sequenceNr)
    {
        var isNew = State!.Apply(e, sequenceNr);
        switch (e)
        {
            case Owned when _files is null:
                ResumeFiles();
                break;
            case PartStored part:
                if (isNew)
                {
                    _files!.Enqueue(sequenceNr, part);
                    world.CheckCap(State);
                }

                AnswerWaiting(part.Origin, State.DurableOf(part.Origin));
                break;
            case FileOpened opened:
                _files!.OnOpened(opened);
                break;
            case Checkpointed checkpointed:
                world.Tally.Count(Happening.Checkpoint);
                _isCheckpointing &= !ReferenceEquals(e, _checkpoint);
                _files!.OnCheckpointed(checkpointed);
                break;
        }
    }

    private void AnswerWaiting(string origin, long durable)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            var (of, n, gateway) = _waiting[i];
            if (of == origin && n <= durable)
            {
                Answer(gateway, origin, n, PartAnswerKind.Stored);
                _waiting.RemoveAt(i--);
            }
        }
    }

    private void Answer(SimulatedGateway to, string origin, long n, PartAnswerKind kind, long watermark = 0) =>
        to.Inbox.Send(new PartAnswer(partition.Slot, origin, n, kind, watermark, ""));
}
