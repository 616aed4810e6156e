using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>A gateway: streams of its connections, parts to partitions, answers back. Knows nothing for long.</summary>
internal sealed class SimulatedGateway(DeliverySimulation world)
{
    private readonly List<SimulatedConnection> _connections = [];
    private readonly List<Stream> _streams = [];

    public SimulatedMailbox<ClusterMessage> Inbox { get; } = new(world);

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
        if (!Inbox.TryTake(out var message))
        {
            return;
        }

        for (var i = _streams.Count - 1; i >= 0; i--)
        {
            var stream = _streams[i];
            switch (message)
            {
                case PartAnswer { Kind: PartAnswerKind.Stored } answer when stream.Origin == answer.Origin:
                    var before = stream.Window.Stored;
                    stream.Window.OnPartStored(answer.N);
                    if (stream.Window.OnStoredThrough(answer.Partition, answer.Watermark) > before)
                    {
                        Ack(stream);
                    }

                    break;
                case PartAnswer answer when stream.Origin == answer.Origin:
                    Rewind(stream);
                    break;
                case SettledAnswer answer when stream.Origin == answer.Origin:
                    var mark = world.Bug == DeliveryBug.SettledWithoutMark ? long.MaxValue : answer.Mark;
                    stream.Window.OnSettled(answer.Partition, answer.Settled, mark);
                    Ack(stream);
                    break;
            }
        }
    }

    /// <summary>Asks what is settled, and after parts that nobody has answered.</summary>
    public void Ask()
    {
        foreach (var stream in _streams)
        {
            foreach (var (partition, n) in stream.Window.Unanswered())
            {
                world.Partitions[partition].Deliver(this, new AskStored(partition, stream.Origin, n));
            }

            foreach (var partition in stream.Window.Unsettled)
            {
                world.Partitions[partition].Deliver(this, new AskSettled(partition, stream.Origin, stream.Window.Stored));
            }
        }
    }

    private void OnFrame(SimulatedConnection connection, DeliveryFrame frame)
    {
        switch (frame)
        {
            case DeliveryFrame.Open open:
                _streams.Add(new Stream(connection, open.Stream, open.Origin,
                    new StreamWindow(open.Floor, world.Partitions.Length, 1000)));
                break;
            case DeliveryFrame.Bye bye:
                foreach (var partition in world.Partitions)
                {
                    partition.Deliver(this, new EndOrigin(partition.Slot, bye.DrainedOrigins[0]));
                }

                break;
            case DeliveryFrame.Batch batch
                when _streams.Find(s => s.Connection == connection && s.Id == batch.Stream) is { } stream:
                OnBatch(stream, batch);
                break;
            case DeliveryFrame.Skip skip
                when _streams.Find(s => s.Connection == connection && s.Id == skip.Stream) is { } stream:
                OnSkip(stream, skip);
                break;
        }
    }

    private void OnSkip(Stream stream, DeliveryFrame.Skip skip)
    {
        if (stream.Window.TrySkip(skip.From, skip.Through) != TakeOutcome.Taken)
        {
            throw new SimulationFailure($"stream {skip.Stream} is not dense at {skip.From}");
        }

        stream.Holes.Add(skip.From);
        Ack(stream);
    }

    private void OnBatch(Stream stream, DeliveryFrame.Batch batch)
    {
        if (SimulatedBlock.IsPoison(batch.Block.Span))
        {
            _streams.Remove(stream);
            stream.Connection.Down.Enqueue(new DeliveryFrame.BlockRefused(stream.Id, batch.N, ""));
            return;
        }

        var partition = SimulatedBlock.PartitionOf(batch.Block.Span);
        if (world.Bug == DeliveryBug.SlotRecomputed)
        {
            partition = (partition + stream.Connection.Number) % world.Partitions.Length;
        }

        if (stream.Window.TryTake(batch.N, partition, batch.Block.Length, out var prev) != TakeOutcome.Taken)
        {
            throw new SimulationFailure($"stream {batch.Stream} is not dense at {batch.N}");
        }

        if (world.Bug == DeliveryBug.NoChain || (world.Bug == DeliveryBug.NoChainBehindHole && stream.Holes.Exists(h => h > prev)))
        {
            prev = null;
        }

        world.Partitions[partition].Deliver(
            this, new TakePart(partition, stream.Origin, batch.N, prev, "edge", batch.Block));
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
