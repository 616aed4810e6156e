using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// The whole way of a record, from an edge's spool to the files, as a model around the product's pure parts; a seed
/// chooses the schedule and the faults. At the end the faults stop, everything drains, and each record is looked for.
/// </summary>
internal sealed class Simulation
{
    public const long SettleTicks = 15;

    private readonly SimulatedEdge _edge;
    private readonly SimulatedGateway[] _gateways;
    private readonly SimulatedDisk[] _disks;
    private readonly List<SimulatedRecord> _records = [];
    private readonly int _windowBytes;
    private readonly int _faultRate;
    private readonly bool _isDuel;
    private readonly int _steps;

    public Simulation(int seed, SimulationBug bug, bool onlyDuels)
    {
        Random = new Random(seed);
        Bug = bug;
        Rotates = Random.Next(2) == 0;
        UncheckpointedBytesMax = Random.Next(3) == 0 ? 80 : 10_000;
        _windowBytes = Random.Next(2) == 0 ? 30 : 500;
        _isDuel = onlyDuels || Random.Next(6) == 0;
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

    public Random Random { get; }

    public SimulationBug Bug { get; }

    public SimulatedPartition[] Partitions { get; }

    public bool Rotates { get; }

    public long UncheckpointedBytesMax { get; }

    public bool Lossy { get; private set; } = true;

    public long Now { get; private set; } = 1000;

    public int Repeats { get; set; }

    public int RepeatsInFlight { get; set; }

    public int Resends { get; set; }

    public int Skips { get; set; }

    public int RecoveredAgain { get; set; }

    /// <param name="seed">Chooses everything.</param>
    /// <param name="bug">The mistake to make.</param>
    /// <param name="onlyDuels">Only long schedules in which owners are replaced without knowing it.</param>
    public static Simulation Run(int seed, SimulationBug bug = SimulationBug.None, bool onlyDuels = false)
    {
        var simulation = new Simulation(seed, bug, onlyDuels);
        try
        {
            for (var i = 0; i < simulation._steps; i++)
            {
                simulation.Step();
            }

            simulation.Drain();
            SimulationVerdict.Check(simulation.Partitions, simulation._disks, simulation._records);
        }
        catch (Exception e) when (e is not SimulationFailure)
        {
            throw new SimulationFailure($"seed {seed}: {e}");
        }
        catch (SimulationFailure e)
        {
            throw new SimulationFailure($"seed {seed}: {e.Message}");
        }

        return simulation;
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
            var journal = Partitions[row.Partition].Journal;
            if (row.N <= ack.Stored && !row.IsHole && !journal.IsStored(origin, row.N))
            {
                throw new SimulationFailure($"{origin} {row.N} was acked and is not in the journal");
            }

            if (row.N <= ack.Settled && !row.IsHole && !journal.IsSettled(origin, row.N, Now - SettleTicks))
            {
                throw new SimulationFailure($"{origin} {row.N} is called settled and is not");
            }
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
                if (Random.Next(8) == 0)
                {
                    gateway.AskSettled();
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
                break;
            case 1 or 2:
                owner.Receive();
                break;
            case 3 or 4:
                owner.Write(IsFault(12), IsFault(12));
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

    private bool IsFault(int inOf) => _faultRate > 0 && Random.Next(inOf * 25 / _faultRate) == 0;

    private void Fault()
    {
        var partition = Partitions[Random.Next(Partitions.Length)];
        var disk = _disks[Random.Next(_disks.Length)];
        switch (_isDuel && Random.Next(3) > 0 ? 7 : Random.Next(11))
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
                _edge.Damage();
                break;
            default:
                foreach (var each in Partitions)
                {
                    each.DieOn(disk);
                }

                if (Random.Next(2) == 0)
                {
                    disk.LosePower(Random);
                }

                break;
        }
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

            if (round % 10 == 0 && _edge.IsDrained && Partitions.All(p => p.Owner is { IsIdle: true }))
            {
                return;
            }
        }

        throw new SimulationFailure("does not drain");
    }

    private void DrainPartition(SimulatedPartition partition, int round)
    {
        if (partition.Owner is null)
        {
            partition.Start(_disks[0], oldIsPaused: false);
        }

        var owner = partition.Owner!;
        owner.Recover();
        owner.Receive();
        owner.Write(fails: false, failsUnseen: false);
        owner.Project();
        owner.Rename();
        owner.Save();
        if (round % 7 == 0 && owner.State is { UncheckpointedParts: > 0 })
        {
            owner.Checkpoint();
        }
    }
}
