using System.Threading.Channels;
using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Nodes;

namespace ActorLog.Drills.Actors;

/// <summary>What a gateway, or the link to it, does to a block that is new to it.</summary>
public enum Mishap
{
    /// <summary>It stores and acks it.</summary>
    None,
    /// <summary>The link is lost before it is stored.</summary>
    LostBefore,
    /// <summary>The link is lost when it is stored, and the ack with it.</summary>
    LostAfter,
    /// <summary>The ack comes with that of a later block.</summary>
    AckLate,
    /// <summary>The ack comes three times.</summary>
    AckRepeated,
    /// <summary>Its partition says "later": the stream is over, and the block not stored.</summary>
    Later,
    /// <summary>The stream is over, and the block stored and not acked.</summary>
    RewindAfter,
    /// <summary>It takes leave.</summary>
    Goodbye,
    /// <summary>It will never take it.</summary>
    Refuse,
}

/// <summary>A gateway that stores by content, holds the edge to the protocol, and does as a plan says.</summary>
/// <param name="plan">What happens to the n-th new block that arrives.</param>
internal sealed class StoringGateway(Func<int, Mishap> plan)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, long> _stored = [];
    private readonly Dictionary<(string Origin, long N), byte[]> _seen = [];
    private readonly Dictionary<uint, (string Origin, long Next)> _streams = [];
    private readonly HashSet<(string Origin, long N)> _refused = [];
    private readonly List<string> _texts = [];
    private int _arrivals;

    /// <summary>The messages of all blocks stored, in the order of their storing.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Serves one connection after another until the condition holds.</summary>
    public async Task ServeAsync(ScriptedGateway gateway, Func<bool> isDone)
    {
        var limit = DateTime.UtcNow + (3 * NodeHost.Patience);
        while (!isDone())
        {
            await using var connection = await gateway.AcceptAsync();
            _streams.Clear();
            var isLost = connection.IsOver;
            while (!isLost && !isDone())
            {
                Assert.True(DateTime.UtcNow < limit, $"not done with {_texts.Count} blocks stored");
                isLost = await ServeAsync(connection);
            }
        }
    }

    // One frame; whether the connection is lost.
    private async Task<bool> ServeAsync(ScriptedGateway.Connection connection)
    {
        DeliveryFrame frame;
        try
        {
            frame = await connection.ReadAsync(Idle);
        }
        catch (OperationCanceledException)
        {
            foreach (var stream in _streams.Keys)
            {
                Ack(connection, stream, isSettled: true);
            }

            return false;
        }
        catch (ChannelClosedException)
        {
            return true;
        }

        switch (frame)
        {
            case DeliveryFrame.Open open:
                Assert.True(open.Floor <= StoredOf(open.Origin), $"{open.Origin} opens above what is stored");
                _streams.Add(open.Stream, (open.Origin, open.Floor + 1));
                return false;
            case DeliveryFrame.Skip skip when _streams.ContainsKey(skip.Stream):
                Advance(skip.Stream, skip.From, skip.Through);
                return false;
            case DeliveryFrame.Batch batch when _streams.ContainsKey(batch.Stream):
                return OnBatch(connection, batch);
            default:
                return frame is DeliveryFrame.Bye;
        }
    }

    private bool OnBatch(ScriptedGateway.Connection connection, DeliveryFrame.Batch batch)
    {
        var origin = _streams[batch.Stream].Origin;
        var block = batch.Block.ToArray();
        if (!_seen.TryAdd((origin, batch.N), block))
        {
            Assert.Equal(_seen[(origin, batch.N)], block);
        }

        if (batch.N <= StoredOf(origin))
        {
            Advance(batch.Stream, batch.N, batch.N);
            return false;
        }

        // What was refused once is refused for ever.
        var mishap = _refused.Contains((origin, batch.N)) ? Mishap.Refuse : plan(++_arrivals);
        switch (mishap)
        {
            case Mishap.LostBefore:
                return true;
            case Mishap.Later:
                _streams.Remove(batch.Stream);
                connection.Send(new DeliveryFrame.Rewind(batch.Stream, "later", 10));
                return false;
            case Mishap.Refuse:
                _refused.Add((origin, batch.N));
                _streams.Remove(batch.Stream);
                connection.Send(new DeliveryFrame.BlockRefused(batch.Stream, batch.N, "a drill"));
                return false;
        }

        Advance(batch.Stream, batch.N, batch.N);
        _texts.AddRange(Samples.Messages(block));
        switch (mishap)
        {
            case Mishap.LostAfter:
                return true;
            case Mishap.Goodbye:
                connection.Send(new DeliveryFrame.Bye("a drill", []));
                return true;
            case Mishap.RewindAfter:
                _streams.Remove(batch.Stream);
                connection.Send(new DeliveryFrame.Rewind(batch.Stream, "a drill", 0));
                return false;
            case Mishap.AckRepeated:
                Ack(connection, batch.Stream, isSettled: false);
                Ack(connection, batch.Stream, isSettled: false);
                break;
            case Mishap.AckLate:
                return false;
        }

        Ack(connection, batch.Stream, isSettled: false);
        return false;
    }

    // Dense within a stream, so that nothing can be passed over unseen.
    private void Advance(uint stream, long from, long through)
    {
        var (origin, next) = _streams[stream];
        Assert.Equal(next, from);
        _streams[stream] = (origin, through + 1);
        _stored[origin] = Math.Max(StoredOf(origin), through);
    }

    private void Ack(ScriptedGateway.Connection connection, uint stream, bool isSettled)
    {
        var sent = _streams[stream].Next - 1;
        connection.Send(new DeliveryFrame.Ack(stream, sent, isSettled ? sent : 0));
    }

    private long StoredOf(string origin) => _stored.GetValueOrDefault(origin);
}
