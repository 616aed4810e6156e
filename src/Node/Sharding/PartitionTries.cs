using System.Collections.Concurrent;

namespace ActorLog.Node.Sharding;

/// <summary>
/// How often in a row each partition of a node has failed at its disk, and why: the memory of the backoff, which outlives
/// the partitions' incarnations. Any thread.
/// </summary>
internal sealed class PartitionTries(TimeProvider time)
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<int, (int Count, string Why, DateTimeOffset NextAt)> _failed = new();

    /// <summary>Whether none is failing.</summary>
    public bool IsEmpty => _failed.IsEmpty;

    /// <summary>How long a partition has still to wait before its next try; nothing while all is well.</summary>
    public TimeSpan WaitOf(int partition) =>
        _failed.TryGetValue(partition, out var failed) && failed.NextAt - time.GetUtcNow() is { Ticks: > 0 } wait
            ? wait : TimeSpan.Zero;

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether it is news: the first one, or another than before.</returns>
    public bool Fail(int partition, string why)
    {
        var before = _failed.GetValueOrDefault(partition);
        var wait = TimeSpan.FromTicks(Math.Min(RetryMin.Ticks << Math.Min(before.Count, 10), RetryMax.Ticks));
        _failed[partition] = (before.Count + 1, why, time.GetUtcNow() + wait);
        return before.Why != why;
    }

    /// <summary>It has succeeded.</summary>
    /// <returns>Whether it had failed before.</returns>
    public bool Succeed(int partition) => _failed.TryRemove(partition, out _);
}
