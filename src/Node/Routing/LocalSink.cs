using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Event;

namespace ActorLog.Node.Routing;

/// <summary>
/// The end of a route that leads to a file of this node's own. When the disk refuses, the batch is dropped and counted
/// and the next second is spared the attempt: this branch never holds up the others.
/// </summary>
internal sealed class LocalSink(string name, LocalFiles files, Ledger ledger, TimeProvider time, ILoggingAdapter log) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private long _failedAt;
    private long _dropped;
    private bool _isFailing;
    private long _lookedAt = time.GetTimestamp();
    private bool _cannotSeal;

    /// <summary>How often it is looked whether the turn of a file has come that nobody writes to.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Writes a turn's batch, which is released; without one only looks after the files.</summary>
    public void Write(LocalTurn turn)
    {
        if (turn.OwnedBatch is { } batch)
        {
            Write(batch);
        }

        if (time.GetElapsedTime(_lookedAt) >= LookEvery)
        {
            _lookedAt = time.GetTimestamp();
            SealDue();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => files.Dispose();

    private void Write(RecordBatch ownedBatch)
    {
        using var batch = ownedBatch;
        if (_isFailing && time.GetElapsedTime(_failedAt) < RetryAfter)
        {
            Drop(batch.Count);
            return;
        }

        try
        {
            files.Write(batch);
            ledger.Add(LedgerAccount.WrittenLocally, batch.Count);
            if (_isFailing)
            {
                _isFailing = false;
                log.Info("sink {0} writes again; {1} records were dropped", name, _dropped);
                _dropped = 0;
            }
        }
        catch (StorageException e)
        {
            _failedAt = time.GetTimestamp();
            Drop(batch.Count);
            if (!_isFailing)
            {
                _isFailing = true;
                log.Warning("sink {0} drops what it cannot write: {1}; free the disk or give access, it goes on by itself", name, e.Message);
            }
        }
    }

    // Lines stand already: nothing is lost, only later sealed.
    private void SealDue()
    {
        try
        {
            files.RotateDue();
            _cannotSeal = false;
        }
        catch (StorageException e)
        {
            if (!_cannotSeal)
            {
                _cannotSeal = true;
                log.Warning("sink {0} cannot seal a file whose turn has come, and tries again: {1}", name, e.Message);
            }
        }
    }

    private void Drop(int records)
    {
        _dropped += records;
        ledger.Drop(DropReason.LocalFile, records, name);
    }
}
