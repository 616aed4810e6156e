using System.Buffers.Binary;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// The unit of the flow: many records in one rented memory. It has one owner at a time, who releases it once;
/// a sharer takes a <see cref="Retain"/> and releases his own. Filled by <see cref="BatchWriter"/>, then read only.
/// </summary>
public sealed class RecordBatch : IDisposable
{
    private byte[] _memory;
    private int _owners = 1;

    internal RecordBatch(int bytes)
    {
        _memory = SlabPool.Rent(bytes);
    }

    /// <summary>How many records there are.</summary>
    public int Count { get; internal set; }

    /// <summary>Bytes of all records.</summary>
    public int Length { get; internal set; }

    /// <summary>What the records' times of receipt are counted from, UTC ticks of 100 ns.</summary>
    public long BaseTicks { get; internal set; }

    /// <summary>The hosts of the records.</summary>
    public HostTable Hosts { get; } = new();

    internal byte[] Memory => _memory;

    /// <summary>All records, one behind the other.</summary>
    public ReadOnlySpan<byte> Bytes => _memory.AsSpan(0, Length);

    /// <summary>The record that begins at an offset which a walk has named (<see cref="Enumerator.Offset"/>).</summary>
    public LogRecord RecordAt(int offset) =>
        new(Bytes.Slice(offset, BinaryPrimitives.ReadInt32LittleEndian(Bytes[offset..])), this);

    /// <summary>Walks the records in order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Shares the batch: it lives until each owner has released it.</summary>
    public RecordBatch Retain()
    {
        Interlocked.Increment(ref _owners);
        return this;
    }

    /// <summary>Releases one owner's hold; the last returns the memory.</summary>
    public void Dispose()
    {
        var left = Interlocked.Decrement(ref _owners);
        ObjectDisposedException.ThrowIf(left < 0, this);
        if (left == 0)
        {
            SlabPool.Return(_memory);
            _memory = [];
            Length = 0;
            Count = 0;
        }
    }

    internal void Grow(int bytes)
    {
        var larger = SlabPool.Rent(bytes);
        Bytes.CopyTo(larger);
        SlabPool.Return(_memory);
        _memory = larger;
    }

    /// <summary>A forward walk over a batch's records.</summary>
    public ref struct Enumerator
    {
        private readonly RecordBatch _batch;
        private int _start;
        private int _next;

        internal Enumerator(RecordBatch batch)
        {
            _batch = batch;
        }

        /// <summary>The record the walk stands on.</summary>
        public readonly LogRecord Current => new(_batch.Bytes[_start.._next], _batch);

        /// <summary>Where the record stands in the batch, for <see cref="RecordAt"/>.</summary>
        public readonly int Offset => _start;

        /// <summary>Asks for records that come later, when another thread has filled the batch (<see cref="ReadAhead"/>).</summary>
        public readonly void FetchAhead() => ReadAhead.Fetch(_batch._memory, _start, _next - _start);

        /// <summary>Goes to the next record; false behind the last.</summary>
        public bool MoveNext()
        {
            if (_next >= _batch.Length)
            {
                return false;
            }

            _start = _next;
            _next += BinaryPrimitives.ReadInt32LittleEndian(_batch.Bytes[_start..]);
            return true;
        }
    }
}
