using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Snapshots and deletes: a cache and its room, never the commit. One at a time for a partition, one delete at a time for
/// the node, and only when enough has passed since the last: both are dear.
/// </summary>
internal sealed class PartitionCleaning(PartitionSetup setup, string persistenceId, IActorRef snapshotStore, string history = "") : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndedFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan UnseenFor = TimeSpan.FromDays(30);
    private const long EventsMin = 400;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private long _lastAt = setup.Ages.GetTimestamp();
    private long _lastNr;
    private bool _isBusy;
    private bool _holdsPermit;

    /// <summary>A checkpoint is durable: save what it covers, when it is worth it.</summary>
    public void OnCheckpointed(PartitionState state, PartitionSnapshot atCheckpoint, IActorRef self)
    {
        // When nothing came meanwhile the checkpoint itself is covered: then the one row that always stays is that small event.
        var snapshot = state.UncheckpointedParts == 0 ? state.Capture() : atCheckpoint;
        var isDue = snapshot.SequenceNr - _lastNr >= EventsMin || setup.Ages.GetElapsedTime(_lastAt) >= Every;
        if (_isBusy || !isDue || !state.MaySave(snapshot))
        {
            return;
        }

        _isBusy = true;
        _lastAt = setup.Ages.GetTimestamp();
        _lastNr = snapshot.SequenceNr;
        var now = setup.Ages.GetUtcNow();
        state.Forget(now.Ticks, EndedFor, UnseenFor);
        // SaveSnapshot would stamp the actor's current number, which has moved on.
        snapshotStore.Tell(
            new SaveSnapshot(new SnapshotMetadata(persistenceId, snapshot.SequenceNr, now.UtcDateTime), Fenced(snapshot)), self);
    }

    /// <summary>The snapshot stands: what it covers may go, when the node's permit is free.</summary>
    public void OnSaved(SaveSnapshotSuccess saved, IActorRef self)
    {
        CrashPoint.Pass("agg.after-snapshot-before-delete");
        var n = saved.Metadata.SequenceNr;
        snapshotStore.Tell(new DeleteSnapshots(persistenceId, new SnapshotSelectionCriteria(n - 1)), self);
        TakePermitAsync(n).PipeTo(self);
    }

    /// <summary>The rows are gone.</summary>
    public void OnDeleted() => End();

    /// <summary>Nothing is lost by it: the next one covers more. But a delete may be the first to meet a damaged page.</summary>
    public void OnFailed(Exception cause, ILoggingAdapter log)
    {
        setup.Journal?.Note(cause);
        log.Warning("{0}: snapshot or delete failed, the journal keeps its rows: {1}", persistenceId, cause.Message);
        End();
    }

    /// <summary>
    /// The partition ends, perhaps while it waits for the permit or holds it: the node's other partitions need it.
    /// </summary>
    public void Dispose()
    {
        _over.Cancel();
        GivePermit();
    }

    // Off the partition's thread: between the permit and its message the partition may end.
    private async Task<DeletePermitted> TakePermitAsync(long n)
    {
        await setup.DeletePermit.WaitAsync(_over.Token);
        lock (_lock)
        {
            _holdsPermit = true;
        }

        if (_over.IsCancellationRequested)
        {
            GivePermit();
        }

        return new DeletePermitted(n);
    }

    private object Fenced(PartitionSnapshot snapshot) =>
        setup.Journal is { WantsHistory: true } ? new FencedSnapshot(snapshot, history) : snapshot;

    private void End()
    {
        _isBusy = false;
        GivePermit();
    }

    private void GivePermit()
    {
        lock (_lock)
        {
            if (_holdsPermit)
            {
                _holdsPermit = false;
                setup.DeletePermit.Release();
            }
        }
    }
}

/// <summary>To the partition: the node's permit to delete is yours.</summary>
internal sealed record DeletePermitted(long ToSequenceNr);
