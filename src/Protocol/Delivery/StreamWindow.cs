namespace ActorLog.Protocol.Delivery;

/// <summary>What a gateway makes of a batch.</summary>
public enum TakeOutcome
{
    /// <summary>Pass it on to its partition.</summary>
    Taken,
    /// <summary>It does not follow the one before: the edge must open anew.</summary>
    NotDense,
    /// <summary>The window is full: the edge sends more than the gateway granted.</summary>
    Full,
}

/// <summary>
/// A gateway's view of one stream: whether it is dense, which number of it each partition got last, what is stored and
/// settled. Pure; one thread at a time; memory is bounded by the window and the number of partitions.
/// </summary>
public sealed class StreamWindow
{
    private readonly Queue<Pending> _pending = new();
    private readonly Dictionary<long, Pending> _byNumber = [];
    private readonly long[] _lastOfPartition;
    private readonly long[] _settledOfPartition;
    private readonly long _windowBytes;
    private readonly int _windowCount;

    /// <summary>Opens a stream.</summary>
    /// <param name="floor">All up to it is stored, as the edge says.</param>
    /// <param name="partitions">How many partitions there are; each may hold something of the origin.</param>
    /// <param name="windowBytes">Bytes taken and not yet stored, at most; one block passes whatever its size.</param>
    /// <param name="windowCount">Batches taken and not yet stored, at most.</param>
    public StreamWindow(long floor, int partitions, long windowBytes, int windowCount = 65_536)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floor);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowCount, 1);
        Floor = Stored = Last = floor;
        _lastOfPartition = new long[partitions];
        _settledOfPartition = new long[partitions];
        _windowBytes = windowBytes;
        _windowCount = windowCount;
    }

    /// <summary>What the stream was opened with.</summary>
    public long Floor { get; }

    /// <summary>The number taken last.</summary>
    public long Last { get; private set; }

    /// <summary>All up to here are stored.</summary>
    public long Stored { get; private set; }

    /// <summary>
    /// All up to here are settled: never above <see cref="Stored"/>. What was before <see cref="Floor"/> may be with any partition, so
    /// it is below that until each has answered once; what came behind it is with those it was sent to.
    /// </summary>
    public long Settled
    {
        get
        {
            var settled = Stored;
            for (var partition = 0; partition < _settledOfPartition.Length; partition++)
            {
                settled = IsSettled(partition) ? settled : Math.Min(settled, _settledOfPartition[partition]);
            }

            return settled;
        }
    }

    /// <summary>The partitions that hold, or may hold, something that is not known to be settled: who is to be asked.</summary>
    public IEnumerable<int> Unsettled => Enumerable.Range(0, _settledOfPartition.Length).Where(partition => !IsSettled(partition));

    /// <summary>Bytes taken and not yet stored.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>Batches taken and not yet stored.</summary>
    public int PendingCount => _byNumber.Count;

    /// <summary>Takes the next batch.</summary>
    /// <param name="n">Its number, which must be <see cref="Last"/> + 1.</param>
    /// <param name="partition">Where it goes: the slot in its header.</param>
    /// <param name="bytes">Bytes of its block.</param>
    /// <param name="prev">The number that this stream sent to that partition before; null for the first one.</param>
    public TakeOutcome TryTake(long n, int partition, int bytes, out long? prev)
    {
        prev = null;
        if (n != Last + 1)
        {
            return TakeOutcome.NotDense;
        }

        if (_byNumber.Count >= _windowCount || (_byNumber.Count > 0 && PendingBytes + bytes > _windowBytes))
        {
            return TakeOutcome.Full;
        }

        prev = _lastOfPartition[partition] is > 0 and var last ? last : null;
        _lastOfPartition[partition] = n;
        Last = n;
        var pending = new Pending(n, partition, bytes);
        _pending.Enqueue(pending);
        _byNumber.Add(n, pending);
        PendingBytes += bytes;
        return TakeOutcome.Taken;
    }

    /// <summary>
    /// Takes numbers that hold nothing: stored at once, and no partition hears of them. The chain goes on, since between
    /// two parts of one partition there is still nothing of it.
    /// </summary>
    /// <param name="from">Must be <see cref="Last"/> + 1.</param>
    /// <param name="through">The last one, not below <paramref name="from"/>.</param>
    public TakeOutcome TrySkip(long from, long through)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(through, from);
        if (from != Last + 1)
        {
            return TakeOutcome.NotDense;
        }

        if (_pending.Count >= _windowCount)
        {
            return TakeOutcome.Full;
        }

        _pending.Enqueue(new Pending(through, -1, 0) { IsStored = true });
        Last = through;
        MoveStored();
        return TakeOutcome.Taken;
    }

    /// <summary>A partition has stored a part of this stream (or had it). Returns <see cref="Stored"/>.</summary>
    public long OnPartStored(long n)
    {
        if (_byNumber.Remove(n, out var pending))
        {
            pending.IsStored = true;
            PendingBytes -= pending.Bytes;
        }

        MoveStored();
        return Stored;
    }

    /// <summary>
    /// A partition has stored all that this stream has sent to it up to a number: what its answers were lost of counts too.
    /// Returns <see cref="Stored"/>.
    /// </summary>
    /// <param name="partition">Which one.</param>
    /// <param name="through">Its durable watermark for the origin.</param>
    public long OnStoredThrough(int partition, long through)
    {
        foreach (var pending in _pending)
        {
            if (pending.N > through)
            {
                break;
            }

            if (pending.Partition == partition && !pending.IsStored)
            {
                pending.IsStored = true;
                PendingBytes -= pending.Bytes;
                _byNumber.Remove(pending.N);
            }
        }

        MoveStored();
        return Stored;
    }

    /// <summary>
    /// Takes a partition's answer to "what of this origin is settled?".
    /// </summary>
    /// <param name="partition">Which one answers.</param>
    /// <param name="settled">All that it holds up to here is settled; null: all that it holds is.</param>
    /// <param name="mark">
    /// <see cref="Stored"/> at the time of the question. "All that I hold" says nothing of what came afterwards, so it
    /// counts only up to the mark.
    /// </param>
    public void OnSettled(int partition, long? settled, long mark) =>
        _settledOfPartition[partition] = Math.Max(_settledOfPartition[partition], Math.Min(settled ?? mark, mark));

    /// <summary>The first part that each partition has not answered.</summary>
    public IEnumerable<(int Partition, long N)> Unanswered() =>
        _pending.Where(static p => !p.IsStored).DistinctBy(static p => p.Partition).Select(static p => (p.Partition, p.N));

    private bool IsSettled(int partition) =>
        _settledOfPartition[partition] >= Math.Max(Floor, _lastOfPartition[partition]);

    private void MoveStored()
    {
        while (_pending.TryPeek(out var first) && first.IsStored)
        {
            Stored = _pending.Dequeue().N;
        }
    }

    private sealed class Pending(long n, int partition, int bytes)
    {
        public long N { get; } = n;

        public int Partition { get; } = partition;

        public int Bytes { get; } = bytes;

        public bool IsStored { get; set; }
    }
}
