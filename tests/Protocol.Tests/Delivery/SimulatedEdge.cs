using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>A connection: two queues that keep their order and break together.</summary>
internal sealed class SimulatedConnection(SimulatedGateway gateway)
{
    public SimulatedGateway Gateway { get; } = gateway;

    public Queue<DeliveryFrame> Up { get; } = new();

    public Queue<DeliveryFrame> Down { get; } = new();
}

/// <summary>An edge: a spool of runs, each with its origin, and one connection at a time.</summary>
internal sealed class SimulatedEdge(Simulation world)
{
    private readonly List<Run> _runs = [];
    private SimulatedConnection? _connection;
    private uint _nextStream = 1;
    private int _origins;

    public SimulatedConnection? Connection => _connection;

    public bool IsDrained => _runs.TrueForAll(r => r.Rows.TrueForAll(row => row.IsDurable && row.N <= r.Window.Stored));

    /// <summary>Accepts a batch for one slot: not promised before the spool has committed it.</summary>
    public void Accept()
    {
        if (_runs.Count == 0)
        {
            Start();
        }

        var run = _runs[^1];
        var partition = world.Random.Next(world.Partitions.Length);
        var records = new List<SimulatedRecord>();
        var host = partition;
        for (var i = world.Random.Next(3); i >= 0; i--)
        {
            records.Add(world.NewRecord(run.Origin, host));
            host = world.Random.Next(2) == 0 ? partition : partition + world.Partitions.Length;
        }

        run.Rows.Add(new Row(run.NextNumber++, partition, records, isPoison: world.Random.Next(12) == 0));
    }

    public void CommitSpool()
    {
        foreach (var row in _runs.SelectMany(r => r.Rows).Where(r => !r.IsDurable))
        {
            row.IsDurable = true;
            var fate = SimulatedBlock.IsPoison(row.Block) ? SimulatedFate.SetAside : SimulatedFate.Promised;
            row.Records.ForEach(r => r.Fate = fate);
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
            var row = run.Rows.Find(r => r.N == run.Window.Next);
            if (row is not { IsDurable: true } || (!row.IsHole && !run.Window.CanSend(row.Block.Length)))
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
            var row = sound[world.Random.Next(sound.Count)];
            row.IsHole = true;
            row.Records.ForEach(static r => r.Fate = r.Fate == SimulatedFate.Promised ? SimulatedFate.LostWithTheDisk : r.Fate);
        }
    }

    private void Skip(Run run, long from)
    {
        var through = from;
        while (run.Rows.Find(r => r.N == through + 1) is { IsDurable: true, IsHole: true } && world.Random.Next(4) > 0)
        {
            through++;
        }

        if (world.Bug == SimulationBug.FloorBehindHole)
        {
            run.Window = world.NewWindow(through);
            run.Stream = 0;
            return;
        }

        world.Skips++;
        _connection!.Up.Enqueue(new DeliveryFrame.Skip(run.Stream, from, through));
        run.Window.Skipped(through);
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
                world.CheckAck(run.Rows, run.Origin, ack);
                if (run.Window.OnAck(ack.Stored, ack.Settled) == AckOutcome.BeyondSent)
                {
                    throw new SimulationFailure($"{ack} where {run.Window.Next} is next");
                }

                run.Rows.RemoveAll(r => r.N <= run.Window.Settled);
                break;
            case DeliveryFrame.BlockRefused refused when _runs.Find(r => r.Stream == refused.Stream) is { } run:
                run.Rows.Find(r => r.N == refused.N)!.IsHole = true;
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
        Break();
        _connection = new SimulatedConnection(gateway);
        gateway.Accept(_connection);
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
        Break();
        foreach (var run in _runs)
        {
            run.Rows.Where(r => !r.IsDurable).SelectMany(r => r.Records).ToList()
                .ForEach(r => r.Fate = SimulatedFate.NeverAccepted);
            run.Rows.RemoveAll(r => !r.IsDurable);
        }

        var last = _runs.LastOrDefault();
        if (losesTail && last is not null)
        {
            var lost = last.Rows.TakeLast(world.Random.Next(3)).ToList();
            lost.SelectMany(r => r.Records).ToList().ForEach(r => r.Fate = SimulatedFate.LostWithTheDisk);
            last.Rows.RemoveAll(lost.Contains);
        }

        _runs.RemoveAll(r => r.Rows.Count == 0 && (r != last || world.Bug != SimulationBug.OriginReused));
        foreach (var run in _runs)
        {
            run.NextNumber = run.Rows.Count == 0 ? run.Window.Settled + 1 : run.Rows[^1].N + 1;
            run.Window = world.NewWindow(run.Rows.Count == 0 ? run.NextNumber - 1 : run.Rows[0].N - 1);
        }

        if (world.Bug != SimulationBug.OriginReused || _runs.Count == 0)
        {
            Start();
        }
    }

    private void Start() => _runs.Add(new Run($"edge:{++_origins}", world.NewWindow(0)));

    private sealed class Run(string origin, AckWindow window)
    {
        public string Origin { get; } = origin;

        public AckWindow Window { get; set; } = window;

        public List<Row> Rows { get; } = [];

        public long NextNumber { get; set; } = 1;

        public uint Stream { get; set; }
    }

    /// <summary>A row of the spool.</summary>
    internal sealed class Row(long n, int partition, List<SimulatedRecord> records, bool isPoison)
    {
        public long N { get; } = n;

        public int Partition { get; } = partition;

        public List<SimulatedRecord> Records { get; } = records;

        public byte[] Block { get; } = SimulatedBlock.Write(partition, records, isPoison);

        public bool IsDurable { get; set; }

        /// <summary>Nothing is sent of it any more: it is damaged, or set aside because a gateway refused it.</summary>
        public bool IsHole { get; set; }
    }
}
