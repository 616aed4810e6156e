using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Nito.Collections;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// One origin on its way out: its window, and as many of its blocks in memory as the window lets be sent. What does not
/// fit is read back from the spool when its turn comes. One thread at a time.
/// </summary>
internal sealed class OriginQueue(string origin, long floor, long last, bool isClosed, long windowBytes)
{
    private readonly Deque<byte[]> _blocks = new();
    private readonly Queue<(long N, BlockHeader Header)> _sent = new();
    private long _countedStored = floor;
    private long _endOfStored;
    private long _endOfSent;
    private long _endOfAll;
    private long _first = floor + 1;
    private long _bytes;

    /// <summary>The run that accepted the records.</summary>
    public string Origin { get; } = origin;

    /// <summary>What may be sent, is stored, is settled.</summary>
    public AckWindow Window { get; private set; } = new(floor, windowBytes);

    /// <summary>The highest number that is durable in the spool.</summary>
    public long Last { get; private set; } = last;

    /// <summary>No further blocks will come.</summary>
    public bool IsClosed { get; private set; } = isClosed;

    /// <summary>Whether a read of the spool is under way.</summary>
    public bool IsReading { get; set; }

    /// <summary>Everything that there is stands in a journal.</summary>
    public bool IsStored => Window.Stored >= Last;

    /// <summary>Everything that there is may be forgotten, and nothing more will come.</summary>
    public bool IsDone => IsClosed && Window.Settled >= Last;

    /// <summary>The number behind the last block in memory.</summary>
    public long End => _first + _blocks.Count;

    /// <summary>Whether there is something to send that is not in memory.</summary>
    public bool NeedsRead => !IsReading && Window.Next <= Last && Window.Next >= End;

    /// <summary>Blocks that became durable just now: kept when they follow what is in memory and fit.</summary>
    public void Offer(long first, IReadOnlyList<byte[]> blocks)
    {
        Last = Math.Max(Last, first + blocks.Count - 1);
        if (BlockHeader.TryRead(blocks[^1], out var header, out _))
        {
            _endOfAll = header.FirstOrdinal + header.Records;
        }

        for (var i = 0; i < blocks.Count; i++)
        {
            if (_bytes < windowBytes * 2)
            {
                Keep(first + i, blocks[i]);
            }
        }
    }

    /// <summary>The run has ended at this number.</summary>
    public void Close(long lastOfAll)
    {
        IsClosed = true;
        Last = lastOfAll;
    }

    /// <summary>A block that was read back, or is new; dropped when it is not the next one.</summary>
    public void Keep(long n, byte[] block)
    {
        if (n == End)
        {
            _blocks.AddToBack(block);
            _bytes += block.Length;
        }
    }

    /// <summary>The next block to send, when it is in memory and the window has room.</summary>
    public bool TryNext(out byte[] block)
    {
        block = [];
        var at = Window.Next - _first;
        if (at < 0 || at >= _blocks.Count)
        {
            return false;
        }

        // What was sent stays in memory until it is stored: the one asked for is that far behind the first.
        block = _blocks[(int)at];
        return Window.CanSend(block.Length);
    }

    /// <summary>Notes a block as sent.</summary>
    public void Sent(byte[] block)
    {
        var n = Window.Next;
        Window.Sent(n, block.Length);
        BlockHeader.TryRead(block, out var header, out _);
        _sent.Enqueue((n, header));
        _endOfSent = header.FirstOrdinal + header.Records;
    }

    /// <summary>Takes an ack; gives the records that it moved to stored, each once however often it was sent.</summary>
    public AckOutcome OnAck(long stored, long settled, out long records)
    {
        records = 0;
        var outcome = Window.OnAck(stored, settled);
        while (_sent.TryPeek(out var first) && first.N <= Window.Stored)
        {
            var (n, header) = _sent.Dequeue();
            if (n > _countedStored)
            {
                _countedStored = n;
                _endOfStored = header.FirstOrdinal + header.Records;
                records += header.Records;
            }
        }

        while (_blocks.Count > 0 && _first <= Window.Stored)
        {
            _bytes -= _blocks.RemoveFromFront().Length;
            _first++;
        }

        return outcome;
    }

    /// <summary>A new stream from what is stored, or from what is settled when the journal may have lost its end.</summary>
    public void Rewind(bool toSettled)
    {
        _sent.Clear();
        _endOfSent = _endOfStored;
        if (toSettled)
        {
            Window.RewindToSettled();
        }
        else
        {
            Window.Rewind();
        }

        if (Window.Next < _first)
        {
            Drop(Window.Next);
        }
    }

    /// <summary>
    /// Goes on behind numbers that the spool has lost, when all before is stored; gives the records in them, as far as
    /// the block behind them, or what was offered, tells.
    /// </summary>
    public long Skip(long toN, byte[]? block)
    {
        var end = block is null ? _endOfAll : BlockHeader.TryRead(block, out var header, out _) ? header.FirstOrdinal : 0;
        var lost = Math.Max(0, end - _endOfSent);
        _endOfSent = _endOfStored = Math.Max(end, _endOfSent);
        _sent.Clear();
        Window = new AckWindow(toN - 1, windowBytes);
        Drop(toN);
        return lost;
    }

    private void Drop(long next)
    {
        _blocks.Clear();
        _bytes = 0;
        _first = next;
    }
}
