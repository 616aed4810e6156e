using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>An edge: a spool of runs, each with its origin, and one connection at a time.</summary>
internal sealed class SimulatedEdge(DeliverySimulation world)
{
    private readonly List<Run> _runs = [];
    private SimulatedConnection? _connection;
    private uint _nextStream = 1;
    private int _origins;
    private int _connections;
    private int _timeline;

    public SimulatedConnection? Connection => _connection;

    public bool IsDrained
    {
        get
        {
            foreach (var run in _runs)
            {
                if (run.Rows.Count > 0 && (!run.Rows[^1].IsDurable || run.Rows[^1].N > run.Window.Stored))
                {
                    return false;
                }
            }

            return _timeline == world.Timeline;
        }
    }

    /// <summary>Accepts a batch for one slot: not promised before the spool has committed it.</summary>
    public void Accept()
    {
        if (_runs.Count == 0)
        {
            Start();
        }

        if (_runs.Sum(static r => r.Rows.Count) >= world.SpoolRowsMax)
        {
            // Dropped and counted: never accepted, so there is nothing to look for.
            world.Tally.Count(Happening.SpoolFull);
            return;
        }

        var run = _runs[^1];
        var partition = world.Random.Next(world.Partitions.Length);
        var records = new SimulatedRecord[world.Random.Next(1, 4)];
        var host = partition;
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = world.NewRecord(run.Origin, host);
            host = world.Random.Next(2) == 0 ? partition : partition + world.Partitions.Length;
        }

        run.Rows.Add(new Row(run.NextNumber++, partition, records, isPoison: world.Random.Next(12) == 0));
    }

    public void CommitSpool()
    {
        foreach (var run in _runs)
        {
            for (var i = run.Rows.Count - 1; i >= 0 && !run.Rows[i].IsDurable; i--)
            {
                run.Rows[i].IsDurable = true;
                run.Rows[i].Is(SimulatedBlock.IsPoison(run.Rows[i].Block) ? SimulatedFate.SetAside : SimulatedFate.Promised);
            }
        }
    }

    public void Send()
    {
        if (_connection is null)
        {
            return;
        }

        foreach (var run in _runs)
        {
            if (run.RowAt(run.Window.Next) is not { IsDurable: true } row || !(row.IsHole || run.Window.CanSend(row.Block.Length)))
            {
                continue;
            }

            if (run.Stream == 0)
            {
                run.Stream = _nextStream++;
                _connection.Up.Enqueue(new DeliveryFrame.Open(run.Stream, run.Origin, run.Window.Floor));
            }

            if (row.IsHole)
            {
                Skip(run, row.N);
                return;
            }

            _connection.Up.Enqueue(new DeliveryFrame.Batch(run.Stream, row.N, row.Block));
            run.Window.Sent(row.N, row.Block.Length);
            return;
        }
    }

    /// <summary>A block rots in the spool, sent before or not.</summary>
    public void Damage()
    {
        var sound = _runs.SelectMany(static r => r.Rows).Where(static r => r is { IsDurable: true, IsHole: false }).ToList();
        if (sound.Count > 0)
        {
            world.Tally.Count(Happening.SpoolRowDamaged);
            sound[world.Random.Next(sound.Count)].Rot();
        }
    }

    public void Receive()
    {
        if (_connection is null || !_connection.Down.TryDequeue(out var frame))
        {
            return;
        }

        switch (frame)
        {
            case DeliveryFrame.Ack ack when _runs.Find(r => r.Stream == ack.Stream) is { } run:
                OnAck(run, ack);
                break;
            case DeliveryFrame.BlockRefused refused when _runs.Find(r => r.Stream == refused.Stream) is { } run:
                run.RowAt(refused.N)!.IsHole = true;
                run.Window.Rewind();
                run.Stream = 0;
                break;
            case DeliveryFrame.Rewind rewind when _runs.Find(r => r.Stream == rewind.Stream) is { } run:
                run.Window.Rewind();
                run.Stream = 0;
                break;
        }
    }

    public void Connect(SimulatedGateway gateway)
    {
        if (_runs.Exists(static r => r.Window.InFlightBytes > 0))
        {
            world.Tally.Count(Happening.ReconnectInFlight);
        }

        Break();
        _connection = new SimulatedConnection(gateway, _connections++);
        gateway.Accept(_connection);
        if (_timeline != world.Timeline)
        {
            // What was stored last may be gone: the welcome says so.
            _timeline = world.Timeline;
            _runs.ForEach(static r => r.Window.RewindToSettled());
        }
    }

    public void Break()
    {
        _connection?.Gateway.Drop(_connection);
        _connection = null;
        foreach (var run in _runs)
        {
            run.Window.Rewind();
            run.Stream = 0;
        }
    }

    /// <summary>kill -9, or worse: a salvage that loses durable rows at the tail, perhaps sent ones.</summary>
    public void Restart(bool losesTail)
    {
        world.Tally.Count(Happening.EdgeKilled);
        Break();
        foreach (var run in _runs)
        {
            run.Lose(static row => !row.IsDurable, SimulatedFate.NeverAccepted);
        }

        var last = _runs.LastOrDefault();
        if (losesTail && last is not null)
        {
            var from = Math.Max(0, last.Rows.Count - world.Random.Next(3));
            if (from < last.Rows.Count)
            {
                world.Tally.Count(Happening.SpoolLostTail);
                var n = last.Rows[from].N;
                last.Lose(row => row.N >= n, SimulatedFate.LostWithTheDisk);
            }
        }
        else if (last is { Deleted: not null, Rows.Count: > 0 } && world.Random.Next(2) == 0)
        {
            // The spool as a backup has it: rows that were settled and deleted are there again.
            world.Tally.Count(Happening.SpoolRowsCameBack);
            last.Rows.Insert(0, last.Deleted);
        }

        _runs.RemoveAll(r => r.Rows.Count == 0 && (r != last || world.Bug != DeliveryBug.OriginReused));
        foreach (var run in _runs)
        {
            run.Deleted = null;
            run.NextNumber = run.Rows.Count == 0 ? run.Window.Settled + 1 : run.Rows[^1].N + 1;
            run.Window = world.NewWindow(run.Rows.Count == 0 ? run.NextNumber - 1 : run.Rows[0].N - 1);
        }

        if (world.Bug != DeliveryBug.OriginReused || _runs.Count == 0)
        {
            Start();
        }
    }

    private void OnAck(Run run, DeliveryFrame.Ack ack)
    {
        world.CheckAck(run.Rows, run.Origin, ack);
        if (run.Window.OnAck(ack.Stored, ack.Settled) == AckOutcome.BeyondSent)
        {
            throw new SimulationFailure($"{ack} where {run.Window.Next} is next");
        }

        run.DeleteTo(world.Bug == DeliveryBug.DeleteAtStored ? run.Window.Stored : run.Window.Settled);
        if (run.Rows.Count == 0 && run != _runs[^1])
        {
            _runs.Remove(run);
            _connection!.Up.Enqueue(new DeliveryFrame.Bye("", [run.Origin]));
        }
    }

    private void Skip(Run run, long from)
    {
        var through = from;
        while (run.RowAt(through + 1) is { IsDurable: true, IsHole: true } && world.Random.Next(4) > 0)
        {
            through++;
        }

        if (world.Bug == DeliveryBug.FloorBehindHole)
        {
            run.Window = world.NewWindow(through);
            run.Stream = 0;
            return;
        }

        world.Tally.Count(Happening.NumbersSkipped);
        _connection!.Up.Enqueue(new DeliveryFrame.Skip(run.Stream, from, through));
        run.Window.Skipped(through);
    }

    private void Start() => _runs.Add(new Run($"edge:{++_origins}", world.NewWindow(0)));

    private sealed class Run(string origin, AckWindow window)
    {
        public string Origin { get; } = origin;

        public AckWindow Window { get; set; } = window;

        public List<Row> Rows { get; } = [];

        /// <summary>The row that was deleted last.</summary>
        public Row? Deleted { get; set; }

        public long NextNumber { get; set; } = 1;

        public uint Stream { get; set; }

        public Row? RowAt(long n) =>
            Rows.Count > 0 && n >= Rows[0].N && n <= Rows[^1].N ? Rows[(int)(n - Rows[0].N)] : null;

        public void DeleteTo(long n)
        {
            while (Rows.Count > 0 && Rows[0].N <= n)
            {
                Deleted = Rows[0];
                Rows.RemoveAt(0);
            }
        }

        public void Lose(Predicate<Row> which, SimulatedFate fate)
        {
            foreach (var row in Rows)
            {
                if (which(row))
                {
                    row.Is(fate);
                }
            }

            Rows.RemoveAll(which);
        }
    }

    /// <summary>A row of the spool.</summary>
    internal sealed class Row(long n, int partition, SimulatedRecord[] records, bool isPoison)
    {
        public long N { get; } = n;

        public int Partition { get; } = partition;

        public byte[] Block { get; } = SimulatedBlock.Write(partition, records, isPoison);

        public bool IsDurable { get; set; }

        /// <summary>Nothing is sent of it any more: it is damaged, or set aside because a gateway refused it.</summary>
        public bool IsHole { get; set; }

        public void Rot()
        {
            IsHole = true;
            foreach (var record in records)
            {
                record.Fate = record.Fate == SimulatedFate.Promised ? SimulatedFate.LostWithTheDisk : record.Fate;
            }
        }

        public void Is(SimulatedFate fate)
        {
            foreach (var record in records)
            {
                record.Fate = fate;
            }
        }
    }
}
