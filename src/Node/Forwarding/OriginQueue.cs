using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Nito.Collections;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// One origin on its way out: its window, and as many of its blocks in memory as the window lets be sent. What does not
/// fit is read back from the spool when its turn comes; numbers of which the spool has nothing to give are holes, and are
/// sent as such. One thread at a time.
/// </summary>
internal sealed class OriginQueue(string origin, long floor, long last, bool isClosed, long windowBytes)
{
    private readonly Deque<Piece> _pieces = new();
    private readonly Queue<(long N, long Records)> _sent = new();
    private readonly Dictionary<long, long> _refused = [];
    private readonly HoleAccount _account = new(floor);
    private long _countedStored = floor;
    private long _accounted = floor;
    private (long N, long Ordinal) _offered;
    private long _end = floor + 1;
    private int _next;
    private long _bytes;

    /// <summary>What is sent at once: a block, or a hole.</summary>
    /// <param name="From">Its number, or a hole's first.</param>
    /// <param name="Through">Its number, or a hole's last.</param>
    /// <param name="Block">Null for a hole.</param>
    internal readonly record struct Piece(long From, long Through, byte[]? Block);

    /// <summary>The run that accepted the records.</summary>
    public string Origin { get; } = origin;

    /// <summary>What may be sent, is stored, is settled.</summary>
    public AckWindow Window { get; } = new(floor, windowBytes);

    /// <summary>The highest number that is durable in the spool.</summary>
    public long Last { get; private set; } = last;

    /// <summary>No further blocks will come.</summary>
    public bool IsClosed { get; private set; } = isClosed;

    /// <summary>Whether a read of the spool is under way.</summary>
    public bool IsReading { get; set; }

    /// <summary>Whether a refused block is being set aside: nothing is sent until that is done.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Everything that there is stands in a journal.</summary>
    public bool IsStored => Window.Stored >= Last;

    /// <summary>Everything that there is may be forgotten, and nothing more will come.</summary>
    public bool IsDone => IsClosed && Window.Settled >= Last;

    /// <summary>The number behind the last one in memory.</summary>
    public long End => _end;

    /// <summary>Whether there is something to send that is not in memory.</summary>
    public bool NeedsRead => !IsReading && Window.Next <= Last && Window.Next >= _end;

    /// <summary>Blocks that became durable just now: kept when they follow what is in memory and fit.</summary>
    public void Offer(long first, IReadOnlyList<byte[]> blocks, Action<DropReason, long> book)
    {
        Last = Math.Max(Last, first + blocks.Count - 1);
        if (BlockHeader.TryRead(blocks[^1], out var header, out _))
        {
            _offered = (Last, header.FirstOrdinal + header.Records);
        }

        for (var i = 0; i < blocks.Count && _bytes < windowBytes * 2; i++)
        {
            Keep(first + i, blocks[i], book);
        }
    }

    /// <summary>The run has ended at this number.</summary>
    public void Close(long lastOfAll)
    {
        IsClosed = true;
        Last = lastOfAll;
    }

    /// <summary>Takes what a read behind <see cref="End"/> - 1 brought, and sees the holes in it.</summary>
    /// <param name="rows">In order; none: there is nothing up to <paramref name="durable"/>.</param>
    /// <param name="durable">The highest number that was durable when the read began.</param>
    /// <param name="book">Told what was in holes, as soon as that is known.</param>
    /// <returns>Holes that were not met before: lost ones, and rows that are damaged.</returns>
    public IReadOnlyList<(long From, SpoolReader.Row? Damaged, long Through)> Take(
        IReadOnlyList<SpoolReader.Row> rows, long durable, Action<DropReason, long> book)
    {
        var holes = new List<(long, SpoolReader.Row?, long)>();
        foreach (var row in rows)
        {
            TakeHole(row.N - 1, null, holes, book);
            if (row.Block is null)
            {
                _refused[row.N] = row.N > _accounted ? row.Records ?? 0 : 0;
                TakeHole(row.N, row, holes, book);
            }
            else if (_refused.ContainsKey(row.N))
            {
                TakeHole(row.N, null, holes, book);
            }
            else
            {
                Keep(row.N, row.Block, book);
            }
        }

        if (rows.Count == 0)
        {
            TakeHole(durable, null, holes, book);
        }

        return holes;
    }

    /// <summary>The next piece to send, when it is in memory and the window has room.</summary>
    public bool TryNext(out Piece piece)
    {
        piece = default;
        if (IsHeld || _next >= _pieces.Count)
        {
            return false;
        }

        // What was sent stays in memory until it is stored. An ack may have ended within a hole.
        piece = _pieces[_next] with { From = Window.Next };
        return piece.Block is null || Window.CanSend(piece.Block.Length);
    }

    /// <summary>Notes a piece as sent.</summary>
    public void Sent(in Piece piece)
    {
        _next++;
        if (piece.Block is null)
        {
            Window.Skipped(piece.Through);
            return;
        }

        Window.Sent(piece.From, piece.Block.Length);
        BlockHeader.TryRead(piece.Block, out var header, out _);
        _sent.Enqueue((piece.From, header.Records));
    }

    /// <summary>Takes an ack; gives the records that it moved to stored, each once however often it was sent.</summary>
    public AckOutcome OnAck(long stored, long settled, out long records)
    {
        records = 0;
        var outcome = Window.OnAck(stored, settled);
        while (_sent.TryPeek(out var first) && first.N <= Window.Stored)
        {
            var (n, held) = _sent.Dequeue();
            if (n > _countedStored)
            {
                _countedStored = n;
                records += held;
            }
        }

        while (_pieces.Count > 0 && _pieces[0].Through <= Window.Stored)
        {
            _bytes -= _pieces.RemoveFromFront().Block?.Length ?? 0;
            _next--;
        }

        return outcome;
    }

    /// <summary>The block of a number that was sent and is not stored; null when there is none.</summary>
    public byte[]? FindSent(long n) => IndexOf(n) is >= 0 and var at && at < _next ? _pieces[at].Block : null;

    /// <summary>A block that no gateway takes: it is a hole from now on, also when it is read back again.</summary>
    /// <param name="n">Its number.</param>
    /// <param name="records">Records in it, as the spool counts them when it forgets its row.</param>
    /// <returns>Whether they are lost: false when another journal has stored them.</returns>
    public bool Refuse(long n, long records)
    {
        var isLost = n > _countedStored;
        _refused[n] = isLost ? records : 0;
        if (IndexOf(n) is >= 0 and var at && _pieces[at].Block is { } block)
        {
            _bytes -= block.Length;
            _pieces[at] = new Piece(n, n, null);
        }

        return isLost;
    }

    /// <summary>How many records of settled rows were never delivered, each once: the spool does not count them as settled.</summary>
    public long TakeRefused()
    {
        var settled = _refused.Where(row => row.Key <= Window.Settled).ToArray();
        foreach (var row in settled)
        {
            _refused.Remove(row.Key);
        }

        return settled.Sum(static row => row.Value);
    }

    /// <summary>A new stream from what is stored, or from what is settled when the journal may have lost its end.</summary>
    public void Rewind(bool toSettled)
    {
        _sent.Clear();
        _next = 0;
        if (toSettled)
        {
            Window.RewindToSettled();
        }
        else
        {
            Window.Rewind();
        }

        if (_pieces.Count > 0 && Window.Next < _pieces[0].From)
        {
            _pieces.Clear();
            _bytes = 0;
        }

        _end = _pieces.Count > 0 ? _end : Window.Next;
    }

    private void Keep(long n, byte[] block, Action<DropReason, long> book)
    {
        if (n != _end)
        {
            return;
        }

        if (n > _accounted && BlockHeader.TryRead(block, out var header, out _))
        {
            _account.OnBlock(header, book);
        }

        Add(new Piece(n, n, block));
    }

    private void TakeHole(
        long through, SpoolReader.Row? damaged, List<(long, SpoolReader.Row?, long)> holes, Action<DropReason, long> book)
    {
        if (through < _end)
        {
            return;
        }

        var from = _end;
        if (through > _accounted)
        {
            // A hole that was met before, and is read again, is neither told nor booked again.
            _account.OnHole(damaged is null ? DropReason.SpoolLost : DropReason.Refused, damaged?.Records, book);
            holes.Add((from, damaged, through));
            if (through == _offered.N)
            {
                _account.OnEnd(_offered.Ordinal, book);
            }
        }

        Add(new Piece(from, through, null));
    }

    private void Add(in Piece piece)
    {
        _pieces.AddToBack(piece);
        _bytes += piece.Block?.Length ?? 0;
        _end = piece.Through + 1;
        _accounted = Math.Max(_accounted, piece.Through);
    }

    private int IndexOf(long n)
    {
        for (var i = 0; i < _pieces.Count; i++)
        {
            if (_pieces[i].From <= n && n <= _pieces[i].Through)
            {
                return i;
            }
        }

        return -1;
    }
}
