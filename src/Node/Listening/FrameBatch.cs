using System.Buffers;
using System.Diagnostics;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Listening;

/// <summary>
/// What arrived in one window: frames in one rented slab, with their senders. Filled by one listener, then handed over;
/// the one owner disposes it once. Small frames are read into the slab by the kernel and stay where they are.
/// </summary>
internal sealed class FrameBatch : IDisposable
{
    /// <summary>A batch of so many bytes is handed over at once.</summary>
    public const int BytesClose = 256 * 1024;

    /// <summary>A batch of so many frames is handed over at once; the last read may exceed it.</summary>
    public const int FramesClose = 4096;

    private const int FramesAtFirst = 256;
    private const int SendersScanned = 8;

    private readonly List<Sender> _senders = [];
    private Dictionary<Sender, int>? _numbers;
    private byte[] _memory = SlabPool.Rent();
    private FrameSlice[] _frames = ArrayPool<FrameSlice>.Shared.Rent(FramesAtFirst);
    private int _lastSender = -1;

    /// <summary>When the first of its frames was read, UTC ticks of 100 ns.</summary>
    public long ReceivedTicks { get; private set; }

    /// <summary>How many frames there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the memory in use.</summary>
    public int Length { get; private set; }

    /// <summary>The frames' memory, <see cref="SlabPool.PaddingBytes"/> longer than what may be in use.</summary>
    public byte[] Memory => _memory;

    /// <summary>The frames, in the order of their arrival (within a connection or a datagram socket).</summary>
    public ReadOnlySpan<FrameSlice> Frames => new(_frames, 0, Count);

    /// <summary>The senders, by the number that a frame names.</summary>
    public IReadOnlyList<Sender> Senders => _senders;

    /// <summary>To be handed over without waiting for the window's end.</summary>
    public bool IsFull => Length >= BytesClose || Count >= FramesClose;

    /// <summary>A frame's bytes.</summary>
    public ReadOnlySpan<byte> BytesOf(in FrameSlice frame) => _memory.AsSpan(frame.Offset, frame.Length);

    /// <summary>Unused memory behind the frames, to be filled and then kept by <see cref="Keep"/>.</summary>
    public Span<byte> Room(int bytes)
    {
        if (Length + bytes > _memory.Length - SlabPool.PaddingBytes)
        {
            Grow(Length + bytes);
        }

        return _memory.AsSpan(Length, bytes);
    }

    /// <summary>Makes a frame of bytes in the room; offsets count from the room's first byte.</summary>
    public void AddInRoom(Sender sender, int offset, int length, bool truncated) =>
        Add(new FrameSlice(Length + offset, length, NumberOf(sender), truncated));

    /// <summary>Closes the room: so many of its bytes belong to frames.</summary>
    public void Keep(int bytes) => Length += bytes;

    /// <summary>Copies a frame in.</summary>
    public void Append(Sender sender, ReadOnlySpan<byte> frame, bool truncated)
    {
        frame.CopyTo(Room(frame.Length));
        AddInRoom(sender, 0, frame.Length, truncated);
        Keep(frame.Length);
    }

    /// <summary>Gives back what it does not need: it may wait in a queue, and a read had room for more than came.</summary>
    public void Fit()
    {
        if (SlabPool.SizeFor(Length) < _memory.Length - SlabPool.PaddingBytes)
        {
            MoveTo(SlabPool.Rent(Length));
        }
    }

    /// <summary>Books the frames as received, source by source.</summary>
    public void BookTo(Ledger ledger) => CountBySource(ledger, static (books, source, frames) => books.Receive(source, frames));

    /// <summary>Books the frames, which were received, as shed.</summary>
    public void Shed(Ledger ledger) =>
        CountBySource(ledger, static (books, source, frames) => books.Drop(DropReason.Stalled, frames, source));

    /// <inheritdoc/>
    public void Dispose()
    {
        ObjectDisposedException.ThrowIf(_memory.Length == 0, this);
        SlabPool.Return(_memory);
        ArrayPool<FrameSlice>.Shared.Return(_frames);
        _memory = [];
        _frames = [];
        Count = 0;
        Length = 0;
    }

    private void CountBySource(Ledger ledger, Action<Ledger, string, long> book)
    {
        Span<int> counts = _senders.Count <= 256 ? stackalloc int[_senders.Count] : new int[_senders.Count];
        foreach (ref readonly var frame in Frames)
        {
            counts[frame.Sender]++;
        }

        for (var number = 0; number < counts.Length; number++)
        {
            book(ledger, _senders[number].Source.Name, counts[number]);
        }
    }

    private void Add(FrameSlice frame)
    {
        Debug.Assert(frame.Length > 0, "An empty frame is no record.");
        if (Count == 0)
        {
            ReceivedTicks = TimeProvider.System.GetUtcNow().Ticks;
        }

        if (Count == _frames.Length)
        {
            var larger = ArrayPool<FrameSlice>.Shared.Rent(Count * 2);
            _frames.AsSpan(0, Count).CopyTo(larger);
            ArrayPool<FrameSlice>.Shared.Return(_frames);
            _frames = larger;
        }

        _frames[Count++] = frame;
    }

    private int NumberOf(Sender sender)
    {
        if (_lastSender >= 0 && ReferenceEquals(_senders[_lastSender], sender))
        {
            return _lastSender;
        }

        _lastSender = _senders.Count <= SendersScanned ? _senders.IndexOf(sender) : IndexedNumberOf(sender);
        if (_lastSender < 0)
        {
            _lastSender = _senders.Count;
            _senders.Add(sender);
            _numbers?.Add(sender, _lastSender);
        }

        return _lastSender;
    }

    private int IndexedNumberOf(Sender sender)
    {
        if (_numbers is null)
        {
            _numbers = new Dictionary<Sender, int>(ReferenceEqualityComparer.Instance);
            for (var number = 0; number < _senders.Count; number++)
            {
                _numbers.Add(_senders[number], number);
            }
        }

        return _numbers.GetValueOrDefault(sender, -1);
    }

    private void Grow(int bytes) => MoveTo(SlabPool.Rent(Math.Max(bytes, _memory.Length + _memory.Length / 2)));

    private void MoveTo(byte[] ownedSlab)
    {
        _memory.AsSpan(0, Length).CopyTo(ownedSlab);
        SlabPool.Return(_memory);
        _memory = ownedSlab;
    }
}
