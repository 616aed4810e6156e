using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>
/// The whole way of a record, from an edge's spool to the files, as a model around the product's pure parts; a seed
/// chooses the schedule and the faults. At the end the faults stop, everything drains, and each record is looked for.
/// </summary>
internal sealed class DeliverySimulation
{
    public const long SettleTicks = 15;

    private readonly SimulatedEdge _edge;
    private readonly SimulatedGateway[] _gateways;
    private readonly SimulatedDisk[] _disks;
    private readonly List<SimulatedRecord> _records = [];
    private readonly int _windowBytes;
    private readonly int _faultRate;
    private readonly bool _isDuel;
    private readonly bool _hasStandby;
    private readonly int _steps;

    private DeliverySimulation(int seed, DeliveryBug bug, DeliveryFocus focus)
    {
        Random = new Random(seed);
        Bug = bug;
        Rotates = Random.Next(2) == 0;
        UncheckpointedBytesMax = Random.Next(3) == 0 ? 80 : 10_000;
        SpoolRowsMax = Random.Next(4) == 0 ? 6 : 100;
        UsesCodecs = Random.Next(8) == 0;
        _windowBytes = Random.Next(2) == 0 ? 30 : 500;
        _isDuel = focus == DeliveryFocus.Duels || (Random.Next(6) == 0 && focus == DeliveryFocus.None);
        _hasStandby = focus == DeliveryFocus.Standby || (Random.Next(8) == 0 && !_isDuel);
        _steps = _isDuel ? 600 : 250;
        _faultRate = _isDuel ? 10 : Random.Next(4) switch { 0 => 0, 1 => 8, _ => 25 };
        Partitions = new SimulatedPartition[_isDuel ? 1 : Random.Next(1, 4)];
        for (var i = 0; i < Partitions.Length; i++)
        {
            Partitions[i] = new SimulatedPartition(this, i);
        }

        _gateways = [.. Enumerable.Range(0, Random.Next(1, 3)).Select(_ => new SimulatedGateway(this))];
        _disks = [.. Enumerable.Range(0, _isDuel ? 3 : Random.Next(1, 3)).Select(i => new SimulatedDisk($"root-{i}"))];
        _edge = new SimulatedEdge(this);
    }

    public static TimeSpan SettleAfter => new(SettleTicks);

    /// <summary>Longer than any message of an origin that has ended can be on its way.</summary>
    public static TimeSpan ForgetAfter => new(40);

    public Random Random { get; }

    public DeliveryBug Bug { get; }

    public SimulatedPartition[] Partitions { get; }

    public bool Rotates { get; }

    public long UncheckpointedBytesMax { get; }

    public int SpoolRowsMax { get; }

    public bool UsesCodecs { get; }

    public bool Lossy { get; private set; } = true;

    public long Now { get; private set; } = 1000;

    /// <summary>What a welcome says: another one when the journal went back, and whenever it may have.</summary>
    public int Timeline { get; private set; }

    /// <summary>Whether the journal did go back.</summary>
    public bool WentBack { get; private set; }

    public Tally Tally { get; } = new();

    /// <param name="seed">Chooses everything.</param>
    /// <param name="bug">The mistake to make.</param>
    /// <param name="focus">Which kind of schedule.</param>
    public static Tally Run(
        int seed, DeliveryBug bug = DeliveryBug.None, DeliveryFocus focus = DeliveryFocus.None)
    {
        try
        {
            var simulation = new DeliverySimulation(seed, bug, focus);
            for (var i = 0; i < simulation._steps; i++)
            {
                simulation.Step();
            }

            simulation.Drain();
            simulation.Tally.Records = simulation._records.Count;
            DeliveryVerdict.Check(
                simulation.Partitions, simulation._disks, simulation._records, simulation.WentBack);
            return simulation.Tally;
        }
        catch (SimulationFailure e)
        {
            throw new SimulationFailure($"delivery, seed {seed}: {e.Message}");
        }
        catch (Exception e)
        {
            throw new SimulationFailure($"delivery, seed {seed}: {e}");
        }
    }

    public SimulatedRecord NewRecord(string origin, int host)
    {
        var record = new SimulatedRecord(_records.Count, origin, host);
        _records.Add(record);
        return record;
    }

    public AckWindow NewWindow(long floor) => new(floor, _windowBytes);

    /// <summary>
    /// What is said to be stored must be in the journal, what is said to be settled in committed files.
    /// </summary>
    public void CheckAck(List<SimulatedEdge.Row> rows, string origin, DeliveryFrame.Ack ack)
    {
        foreach (var row in rows)
        {
            if (row.N > ack.Stored || Bug == DeliveryBug.SlotRecomputed)
            {
                break;
            }

            if (row.IsHole)
            {
                continue;
            }

            var journal = Partitions[row.Partition].Journal;
            if (!journal.IsStored(origin, row.N))
            {
                throw new SimulationFailure($"{origin} {row.N} was acked and is not in the journal");
            }

            if (row.N <= ack.Settled && !journal.IsSettled(origin, row.N, Now - SettleTicks))
            {
                throw new SimulationFailure($"{origin} {row.N} is called settled and is not");
            }
        }
    }

    /// <summary>What memory holds beyond the last checkpoint keeps to its limit.</summary>
    public void CheckCap(PartitionState state)
    {
        if (state.UncheckpointedBytes > Math.Max(UncheckpointedBytesMax, SimulatedBlock.BytesMax))
        {
            throw new SimulationFailure(
                $"{state.UncheckpointedBytes} bytes are behind the last checkpoint, where {UncheckpointedBytesMax} is the limit");
        }
    }

    private void Step()
    {
        Now++;
        if (_faultRate > 0 && Random.Next(1000) < _faultRate)
        {
            Fault();
            return;
        }

        switch (Random.Next(_isDuel ? 20 : 12))
        {
            case 0:
                _edge.Accept();
                break;
            case 1:
                _edge.CommitSpool();
                break;
            case 2 or 3:
                _edge.Send();
                break;
            case 4:
                _edge.Receive();
                break;
            case 5 when _edge.Connection is null:
                _edge.Connect(_gateways[Random.Next(_gateways.Length)]);
                break;
            case 5 or 6:
                var gateway = _gateways[Random.Next(_gateways.Length)];
                gateway.Receive();
                gateway.Hear();
                if (Random.Next(4) == 0)
                {
                    gateway.Ask();
                }

                break;
            default:
                StepPartition(Partitions[Random.Next(Partitions.Length)]);
                break;
        }
    }

    private void StepPartition(SimulatedPartition partition)
    {
        if (partition.Owner is null)
        {
            partition.Start(_disks[Random.Next(_disks.Length)], oldIsPaused: false);
        }

        var resumed = Now > partition.PausedUntil && Random.Next(3) == 0 ? partition.Paused : null;
        var owner = resumed ?? partition.Owner!;
        switch (Random.Next(9))
        {
            case 0:
                owner.Recover();
                owner.StopWhenDone();
                break;
            case 1 or 2:
                owner.Receive();
                break;
            case 3 or 4:
                partition.Arrive();
                owner.Write(NextWriteEnd());
                break;
            case 5 or 6:
                owner.Project();
                break;
            case 7:
                owner.Rename();
                owner.Save();
                break;
            default:
                owner.Checkpoint();
                break;
        }
    }

    private WriteEnd NextWriteEnd()
    {
        var chance = _faultRate > 0 ? Random.Next(5 * 25 / _faultRate * 5) : WriteEndsMax;
        return chance < WriteEndsMax ? (WriteEnd)chance : WriteEnd.Stored;
    }

    private const int WriteEndsMax = 4;

    private void Fault()
    {
        var partition = Partitions[Random.Next(Partitions.Length)];
        var disk = _disks[Random.Next(_disks.Length)];
        switch (_isDuel && Random.Next(3) > 0 ? 7 : Random.Next(_hasStandby ? 15 : 12))
        {
            case 0 or 1:
                _edge.Break();
                break;
            case 2:
                _edge.Restart(losesTail: false);
                break;
            case 3:
                _edge.Restart(losesTail: true);
                break;
            case 4:
                _gateways[Random.Next(_gateways.Length)].Crash();
                break;
            case 5:
                partition.Start(disk, oldIsPaused: false);
                break;
            case 6 or 7:
                partition.Start(disk, oldIsPaused: true);
                break;
            case 8:
                partition.Owner?.BeginStop();
                break;
            case 9 or 10:
                Kill(disk);
                break;
            case 11:
                _edge.Damage();
                break;
            case 12 or 13:
                Array.ForEach(Partitions, static p => p.Journal.Copies());
                break;
            default:
                GoBack();
                break;
        }
    }

    private void Kill(SimulatedDisk disk)
    {
        // Nobody closed the journal, so edges are told to begin at what is settled, though it has lost nothing.
        Timeline++;
        foreach (var each in Partitions)
        {
            each.DieOn(disk);
        }

        if (Random.Next(2) == 0)
        {
            disk.LosePower(Random, Tally);
        }
    }

    private void GoBack()
    {
        if (!Array.TrueForAll(Partitions, p => p.Journal.CanGoBack(Now)))
        {
            return;
        }

        Tally.Count(Happening.JournalWentBack);
        Timeline += Bug == DeliveryBug.TimelineKept ? 0 : 1;
        WentBack = true;
        _edge.Break();
        Array.ForEach(_gateways, static g => g.Crash());
        Array.ForEach(Partitions, static p => p.GoBack());
    }

    /// <summary>No more faults: whatever is promised must arrive now.</summary>
    private void Drain()
    {
        Lossy = false;
        _edge.CommitSpool();
        foreach (var partition in Partitions)
        {
            partition.EndPaused();
        }

        var killsAtSilence = _faultRate > 0 && Random.Next(2) == 0;
        for (var round = 0; round < 4000; round++)
        {
            Now++;
            if (round % 100 == 0)
            {
                _edge.Connect(_gateways[round / 100 % _gateways.Length]);
            }

            _edge.Send();
            _edge.Receive();
            foreach (var gateway in _gateways)
            {
                gateway.Receive();
                gateway.Hear();
            }

            foreach (var partition in Partitions)
            {
                DrainPartition(partition, round);
            }

            if (killsAtSilence && _edge.IsDrained)
            {
                // The owner dies with the last words of hosts that say nothing more: nobody's message starts another.
                killsAtSilence = false;
                Array.ForEach(_disks, Kill);
            }

            if (round % 10 == 0 && _edge.IsDrained && Array.TrueForAll(Partitions, IsDrained))
            {
                return;
            }
        }

        throw new SimulationFailure("what the edge holds does not arrive");
    }

    private bool IsDrained(SimulatedPartition partition) =>
        partition.Owner is { IsIdle: true } || (partition.Owner is null && Bug == DeliveryBug.NoWake);

    private void DrainPartition(SimulatedPartition partition, int round)
    {
        if (partition.Owner is null)
        {
            if (Bug == DeliveryBug.NoWake && !partition.IsCalled)
            {
                return;
            }

            Tally.Count(Happening.Woken);
            partition.Start(_disks[0], oldIsPaused: false);
        }

        var owner = partition.Owner!;
        owner.Recover();
        owner.Receive();
        owner.Write(WriteEnd.Stored);
        owner.Project();
        owner.Rename();
        owner.Save();
        if (round % 7 == 0 && owner.State is { UncheckpointedParts: > 0 })
        {
            owner.Checkpoint();
        }

        owner.StopWhenDone();
    }
}
