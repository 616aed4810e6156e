using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Receiving;

/// <summary>A block that was read whole, with what it inflates to if the node keeps that.</summary>
internal sealed record BatchArrived(DeliveryFrame.Batch Batch, RecordBatch? Records);

/// <summary>A block that cannot be read.</summary>
internal sealed record BadBlock(uint Stream, long N, BlockError Error);

/// <summary>
/// Takes a connection's frames on its own thread: waits for the node's budget, which is the backpressure, and checks a block
/// to its last record, so that none that cannot be read is ever persisted. Any thread.
/// </summary>
internal sealed class BlockIntake(IntakeBudget budget, IntakeShare share)
{
    /// <summary>Makes of a frame what its connection is told: the frame, <see cref="BatchArrived"/> or <see cref="BadBlock"/>.</summary>
    public async ValueTask<object> TakeAsync(DeliveryFrame frame, CancellationToken stop)
    {
        if (frame is not DeliveryFrame.Batch batch)
        {
            return frame;
        }

        if (!BlockReader.TryRead(batch.Block.Span, BlockLimits.Default, out var records, out var error))
        {
            return new BadBlock(batch.Stream, batch.N, error);
        }

        if (!budget.TryKeepInflated(records))
        {
            records.Dispose();
            records = null;
        }

        await share.TakeAsync(batch.Block.Length, stop);
        return new BatchArrived(batch, records);
    }

    /// <summary>Gives back what a block holds that goes no further.</summary>
    public void Release(BatchArrived arrived)
    {
        share.Give(arrived.Batch.Block.Length);
        if (arrived.Records is not null)
        {
            budget.GiveInflated(arrived.Records);
            arrived.Records.Dispose();
        }
    }
}
