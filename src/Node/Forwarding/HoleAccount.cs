using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// Counts what the holes in an origin's numbers held: by the block's own header where that can be read, else by the
/// ordinals of the blocks around. What neither tells is not counted. One thread at a time.
/// </summary>
/// <param name="floor">The number before the first that comes; at 0 the origin begins.</param>
internal sealed class HoleAccount(long floor)
{
    private long? _end = floor == 0 ? 0 : null;
    private long _counted;
    private DropReason? _open;

    /// <summary>A sound block: tells how much was in the holes before it.</summary>
    public void OnBlock(in BlockHeader header, Action<DropReason, long> book)
    {
        OnEnd(header.FirstOrdinal, book);
        _end = header.FirstOrdinal + header.Records;
    }

    /// <summary>A hole, and how many records were in it, when that is known.</summary>
    public void OnHole(DropReason reason, long? records, Action<DropReason, long> book)
    {
        if (records is { } known)
        {
            book(reason, known);
            _counted += known;
        }
        else
        {
            _open = _open == DropReason.SpoolLost ? _open : reason;
        }
    }

    /// <summary>So many records of the origin came up to here, whatever became of them.</summary>
    public void OnEnd(long ordinal, Action<DropReason, long> book)
    {
        if (_open is { } reason && _end is { } end && ordinal - end - _counted is > 0 and var rest)
        {
            book(reason, rest);
        }

        _open = null;
        _counted = 0;
        _end = ordinal;
    }
}
