using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>A gateway: streams of its connections, parts to partitions, answers back. Knows nothing for long.</summary>
internal sealed class SimulatedGateway(Simulation world)
{
    private readonly List<SimulatedConnection> _connections = [];
    private readonly List<Stream> _streams = [];

    public Queue<ClusterMessage> Inbox { get; } = new();

    public void Accept(SimulatedConnection connection) => _connections.Add(connection);

    public void Drop(SimulatedConnection connection)
    {
        _connections.Remove(connection);
        _streams.RemoveAll(s => s.Connection == connection);
    }

    public void Crash()
    {
        _connections.Clear();
        _streams.Clear();
        Inbox.Clear();
    }

    /// <summary>Takes one frame off a connection.</summary>
    public void Receive()
    {
        foreach (var connection in _connections)
        {
            if (connection.Up.TryDequeue(out var frame))
            {
                OnFrame(connection, frame);
                return;
            }
        }
    }

    /// <summary>Takes one answer of a partition.</summary>
    public void Hear()
    {
        if (!Inbox.TryDequeue(out var message))
        {
            return;
        }

        switch (message)
        {
            case PartAnswer { Kind: PartAnswerKind.Stored } answer:
                foreach (var stream in _streams.Where(s => s.Origin == answer.Origin))
                {
                    var before = stream.Window.Stored;
                    if (stream.Window.OnPartStored(answer.N) > before)
                    {
                        Ack(stream);
                    }
                }

                break;
            case PartAnswer answer:
                _streams.Where(s => s.Origin == answer.Origin).ToList().ForEach(Rewind);
                break;
            case SettledAnswer answer:
                foreach (var stream in _streams.Where(s => s.Origin == answer.Origin))
                {
                    var mark = world.Bug == SimulationBug.SettledWithoutMark ? long.MaxValue : answer.Mark;
                    stream.Window.OnSettled(answer.Partition, answer.Settled, mark);
                    Ack(stream);
                }

                break;
        }
    }

    public void AskSettled()
    {
        foreach (var stream in _streams)
        {
            for (var partition = 0; partition < world.Partitions.Length; partition++)
            {
                world.Partitions[partition].Deliver(
                    this, new AskSettled(partition, stream.Origin, stream.Window.Stored));
            }
        }
    }

    private void OnFrame(SimulatedConnection connection, DeliveryFrame frame)
    {
        if (frame is DeliveryFrame.Open open)
        {
            _streams.Add(new Stream(connection, open.Stream, open.Origin,
                new StreamWindow(open.Floor, world.Partitions.Length, 1000)));
            return;
        }

        if (frame is DeliveryFrame.Skip skip)
        {
            OnSkip(connection, skip);
            return;
        }

        var batch = (DeliveryFrame.Batch)frame;
        if (_streams.Find(s => s.Connection == connection && s.Id == batch.Stream) is not { } stream)
        {
            // The rest of a stream that was rewound.
            return;
        }

        if (SimulatedBlock.IsPoison(batch.Block.Span))
        {
            _streams.Remove(stream);
            connection.Down.Enqueue(new DeliveryFrame.BlockRefused(stream.Id, batch.N, ""));
            return;
        }

        var partition = SimulatedBlock.PartitionOf(batch.Block.Span);
        if (stream.Window.TryTake(batch.N, partition, batch.Block.Length, out var prev) != TakeOutcome.Taken)
        {
            throw new SimulationFailure($"stream {batch.Stream} is not dense at {batch.N}");
        }

        if (world.Bug == SimulationBug.NoChain || (world.Bug == SimulationBug.NoChainBehindHole && stream.Holes.Any(h => h > prev)))
        {
            prev = null;
        }

        world.Partitions[partition].Deliver(
            this, new TakePart(partition, stream.Origin, batch.N, prev, "edge", batch.Block));
    }

    private void OnSkip(SimulatedConnection connection, DeliveryFrame.Skip skip)
    {
        if (_streams.Find(s => s.Connection == connection && s.Id == skip.Stream) is not { } stream)
        {
            return;
        }

        if (stream.Window.TrySkip(skip.From, skip.Through) != TakeOutcome.Taken)
        {
            throw new SimulationFailure($"stream {skip.Stream} is not dense at {skip.From}");
        }

        stream.Holes.Add(skip.From);
        Ack(stream);
    }

    private void Rewind(Stream stream)
    {
        _streams.Remove(stream);
        stream.Connection.Down.Enqueue(new DeliveryFrame.Rewind(stream.Id, "", 0));
    }

    private static void Ack(Stream stream) => stream.Connection.Down.Enqueue(
        new DeliveryFrame.Ack(stream.Id, stream.Window.Stored, stream.Window.Settled));

    private sealed record Stream(SimulatedConnection Connection, uint Id, string Origin, StreamWindow Window)
    {
        /// <summary>Where holes began: what the planted bug looks at.</summary>
        public List<long> Holes { get; } = [];
    }
}
