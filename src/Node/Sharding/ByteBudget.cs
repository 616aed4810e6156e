using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Bytes of one kind that the partitions of a node hold in memory, or would have to when they begin anew: a part of what the
/// process may use, for all of them together. Any thread.
/// </summary>
/// <param name="bytesMax">How many, at most, and what one partition takes beyond, see <see cref="Share.HasRoom"/>.</param>
internal sealed class ByteBudget(long bytesMax)
{
    private const int PartOfMemory = 8;

    private readonly long _bytesMax = bytesMax;
    private long _bytes;

    /// <summary>Bytes of all.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>An eighth of the memory that this process may use.</summary>
    /// <param name="most">Bytes beyond which more would be of no use.</param>
    public static ByteBudget OfMemory(long most = long.MaxValue) =>
        new(Math.Min(most, ProcessMemory.Part(PartOfMemory)));

    /// <summary>A partition's share, empty; one thread uses it.</summary>
    public Share Open() => new(this);

    /// <summary>What one partition holds of it. Disposed when it holds nothing any more.</summary>
    internal sealed class Share(ByteBudget budget) : IDisposable
    {
        /// <summary>Bytes of this one.</summary>
        public long Bytes { get; private set; }

        /// <summary>Whether it may take more: there is room, or it holds nothing, so that each gets on, one thing at a time.</summary>
        public bool HasRoom => Bytes == 0 || budget.Bytes < budget._bytesMax;

        /// <summary>It holds so many now.</summary>
        public void Set(long bytes)
        {
            Interlocked.Add(ref budget._bytes, bytes - Bytes);
            Bytes = bytes;
        }

        /// <inheritdoc/>
        public void Dispose() => Set(0);
    }
}
