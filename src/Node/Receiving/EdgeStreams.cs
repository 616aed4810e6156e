using System.Diagnostics.CodeAnalysis;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Receiving;

/// <summary>
/// The open streams of one edge's connection: what of each is taken, stored and settled, and when the edge is to be told.
/// One thread at a time.
/// </summary>
internal sealed class EdgeStreams(int partitions, long windowBytes, IntakeShare share)
{
    /// <summary>Streams at once: one for each run that an edge still holds something of.</summary>
    public const int CountMax = 1024;

    private readonly Dictionary<uint, EdgeStream> _streams = [];

    /// <summary>All of them, as they are now.</summary>
    public IReadOnlyList<EdgeStream> All => [.. _streams.Values];

    /// <summary>Opens a stream; false when its number is open already, or too many are.</summary>
    public bool TryOpen(DeliveryFrame.Open open) =>
        _streams.Count < CountMax
        && _streams.TryAdd(open.Stream, new EdgeStream(open.Stream, open.Origin, new StreamWindow(open.Floor, partitions, windowBytes)));

    /// <summary>An open stream.</summary>
    public bool TryGet(uint id, [MaybeNullWhen(false)] out EdgeStream stream) => _streams.TryGetValue(id, out stream);

    /// <summary>The streams of an origin, as they are now.</summary>
    public IReadOnlyList<EdgeStream> Of(string origin) => [.. _streams.Values.Where(s => s.Origin == origin)];

    /// <summary>Closes a stream, and gives back what it holds of the budget.</summary>
    public void Close(EdgeStream stream)
    {
        _streams.Remove(stream.Id);
        share.Give(stream.Window.PendingBytes);
    }

    /// <summary>A partition has stored a part, and maybe others before it; what to tell the edge, if that moved its stream.</summary>
    public DeliveryFrame.Ack? Store(EdgeStream stream, PartAnswer answer)
    {
        var pending = stream.Window.PendingBytes;
        var before = stream.Window.Stored;
        stream.Window.OnPartStored(answer.N);
        var stored = stream.Window.OnStoredThrough(answer.Partition, answer.Watermark);
        share.Give(pending - stream.Window.PendingBytes);
        stream.OnAnswered();
        return stored > before ? stream.Ack : null;
    }

    /// <summary>A partition says what is settled; what to tell the edge of the streams that this moved.</summary>
    public IEnumerable<DeliveryFrame.Ack> Settle(SettledAnswer answer)
    {
        foreach (var stream in Of(answer.Origin))
        {
            var before = stream.Window.Settled;
            stream.Window.OnSettled(answer.Partition, answer.Settled, answer.Mark);
            if (stream.Window.Settled > before)
            {
                yield return stream.Ack;
            }
        }
    }
}
