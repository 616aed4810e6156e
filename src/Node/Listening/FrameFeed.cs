using System.Buffers;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Listening;

/// <summary>
/// What one connection has sent: its frame reader, and the beginning of a frame that is not whole yet. Bytes are read
/// straight into the batch, behind the few carried ones; only a long unfinished frame is gathered apart.
/// </summary>
internal sealed class FrameFeed(Sender sender, Ledger ledger) : IDisposable
{
    /// <summary>Bytes that one read asks for.</summary>
    public const int ChunkBytes = 64 * 1024;

    // Copying so much into each batch is cheaper than copying whole frames out of a buffer.
    private const int CarriedInBatchMax = 16 * 1024;

    private readonly FrameReader _reader = new(sender.Source.Framing, sender.Source.RecordBytesMax);
    private byte[] _carry = [];
    private int _carried;
    private bool _inBatch;

    /// <summary>The connection's peer.</summary>
    public Sender Sender { get; } = sender;

    /// <summary>What ended the framing, if something did.</summary>
    public FrameError Error { get; private set; }

    /// <summary>Where the next bytes go: in the batch if what is carried is short, else in the own buffer.</summary>
    public Span<byte> RoomIn(FrameBatch batch)
    {
        if (_carried > CarriedInBatchMax)
        {
            return OwnRoom(ChunkBytes).Span;
        }

        _inBatch = true;
        var room = batch.Room(_carried + ChunkBytes);
        _carry.AsSpan(0, _carried).CopyTo(room);
        return room[_carried..];
    }

    /// <summary>Where the next bytes go when no batch may be held while they are waited for.</summary>
    public Memory<byte> OwnRoom(int bytes)
    {
        _inBatch = false;
        if (_carry.Length < _carried + bytes)
        {
            Resize(Math.Max(_carried + bytes, Math.Min(_carry.Length * 2, _carried + Sender.Source.RecordBytesMax)));
        }

        return _carry.AsMemory(_carried, bytes);
    }

    /// <summary>Holds no more memory than what is carried, before the next bytes are waited for.</summary>
    public void Rest()
    {
        if (_carried <= CarriedInBatchMax)
        {
            Resize(_carried);
        }
    }

    /// <summary>
    /// Cuts what was put into the room; false when the framing is broken and the connection must end.
    /// </summary>
    /// <param name="batch">Takes the frames; the same that gave the room.</param>
    /// <param name="received">Bytes that were put into the room.</param>
    /// <param name="state">What is known of the stream behind them.</param>
    public bool Feed(FrameBatch batch, int received, StreamState state)
    {
        var total = _carried + received;
        var bytes = _inBatch ? batch.Room(total) : _carry.AsSpan(0, total);
        var consumed = 0;
        var kept = 0;
        var empty = 0;
        var truncated = 0;
        FrameRead step;
        do
        {
            step = _reader.Read(bytes[consumed..], state);
            if (step.Kind == FrameReadKind.Frame)
            {
                kept = Take(batch, bytes, consumed + step.Start, step);
                truncated += step.Truncated ? 1 : 0;
            }
            else if (step.Kind == FrameReadKind.Empty)
            {
                empty++;
            }

            consumed += step.Consumed;
        }
        while (step.Kind != FrameReadKind.Error && (step.Kind != FrameReadKind.NeedMore || step.Consumed > 0));

        Book(empty, truncated, step.Error);
        Carry(bytes[consumed..]);
        batch.Keep(_inBatch ? kept : 0);
        _inBatch = false;
        return step.Kind != FrameReadKind.Error;
    }

    /// <summary>Gives the carried bytes' memory back.</summary>
    public void Dispose()
    {
        _carried = 0;
        Resize(0);
    }

    /// <summary>Makes a frame of the batch's own bytes, or copies it in; says how far the batch is used.</summary>
    private int Take(FrameBatch batch, ReadOnlySpan<byte> bytes, int start, in FrameRead step)
    {
        if (!_inBatch)
        {
            batch.Append(Sender, bytes.Slice(start, step.Length), step.Truncated);
            return 0;
        }

        batch.AddInRoom(Sender, start, step.Length, step.Truncated);
        return start + step.Length;
    }

    private void Book(int empty, int truncated, FrameError error)
    {
        if (empty > 0)
        {
            ledger.Add(LedgerAccount.EmptyFrames, empty);
        }

        if (truncated > 0)
        {
            ledger.Add(LedgerAccount.Truncated, truncated);
        }

        if (error.Kind != FrameErrorKind.None)
        {
            Error = error;
            ledger.Add(LedgerAccount.FramingErrors, 1);
        }
    }

    private void Carry(ReadOnlySpan<byte> rest)
    {
        if (rest.Length > 0 && _carry.Length < rest.Length)
        {
            _carried = 0;
            Resize(rest.Length);
        }

        rest.CopyTo(_carry);
        _carried = rest.Length;
        if (_carried == 0 && _inBatch)
        {
            Resize(0);
        }
    }

    private void Resize(int bytes)
    {
        var resized = bytes == 0 ? [] : ArrayPool<byte>.Shared.Rent(bytes);
        _carry.AsSpan(0, _carried).CopyTo(resized);
        if (_carry.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_carry);
        }

        _carry = resized;
    }
}
