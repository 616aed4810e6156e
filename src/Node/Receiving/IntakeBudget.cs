using System.Runtime.CompilerServices;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Receiving;

/// <summary>
/// What all connections of a node together may hold: bytes of blocks that wait for the journal, and batches that were
/// inflated to be checked and are kept for the files. Beyond the first, connections are not read; beyond the second, a
/// batch is inflated again when it is written. Any thread.
/// </summary>
internal sealed class IntakeBudget(long bytesMax)
{
    /// <summary>Inflated batches kept at most: each holds a slab of half a MiB.</summary>
    public const int InflatedMax = 48;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly ConditionalWeakTable<RecordBatch, Kept> _kept = [];
    private long _bytes;
    private int _inflated;

    /// <summary>Takes bytes, when there is room for them; one block always passes.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken stop)
    {
        while (true)
        {
            TaskCompletionSource room;
            lock (_lock)
            {
                if (_bytes == 0 || _bytes + bytes <= bytesMax)
                {
                    _bytes += bytes;
                    return;
                }

                room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(room);
            }

            await room.Task.WaitAsync(stop);
        }
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            while (_waiting.TryDequeue(out var waiting))
            {
                waiting.TrySetResult();
            }
        }
    }

    /// <summary>Whether an inflated batch may be kept; then it is given back by <see cref="GiveInflated"/>.</summary>
    public bool TryKeepInflated(RecordBatch batch)
    {
        if (Interlocked.Increment(ref _inflated) <= InflatedMax)
        {
            _kept.Add(batch, new Kept(this));
            return true;
        }

        Interlocked.Decrement(ref _inflated);
        return false;
    }

    /// <summary>A kept batch is about to be released.</summary>
    public void GiveInflated(RecordBatch batch)
    {
        if (_kept.TryGetValue(batch, out var kept))
        {
            _kept.Remove(batch);
            kept.Dispose();
        }
    }

    // Messages get lost, to an actor that has stopped or on their way to another node, and their batch with them: what is
    // collected without having been given back is given back here, or the node would inflate all blocks twice for ever.
    private sealed class Kept(IntakeBudget budget) : IDisposable
    {
        private int _isGiven;

        ~Kept() => Give();

        public void Dispose()
        {
            Give();
            GC.SuppressFinalize(this);
        }

        private void Give()
        {
            if (Interlocked.Exchange(ref _isGiven, 1) == 0)
            {
                Interlocked.Decrement(ref budget._inflated);
            }
        }
    }
}
