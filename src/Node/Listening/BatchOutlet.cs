using System.Threading.Channels;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// Hands batches over to the flow. When its queue is full a listener waits for at most batching.stall-max; then it
/// sheds, counted, and does not wait again until there is room: a web worker that logs is never blocked for longer.
/// </summary>
internal sealed class BatchOutlet(IntakeSettings shared, ILoggingAdapter log)
{
    private readonly ChannelWriter<FrameBatch> _queue = shared.Queue;
    private readonly TimeSpan _stallMax = shared.Batching.StallMax;
    private long _shed;
    private int _stalled;

    /// <summary>Where frames are booked.</summary>
    public Ledger Ledger { get; } = shared.Ledger;

    /// <summary>Where listeners tell of what holds them up.</summary>
    public ILoggingAdapter Log { get; } = log;

    /// <summary>How long frames are gathered while more keep coming.</summary>
    public BatchingSettings Batching { get; } = shared.Batching;

    /// <summary>Hands over from a thread of the listener's own, which may be blocked.</summary>
    public void Offer(FrameBatch ownedBatch)
    {
        // A dedicated thread has nothing else to do meanwhile: blocking it is the backpressure.
        var offering = OfferAsync(ownedBatch);
        if (!offering.IsCompletedSuccessfully)
        {
            offering.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Hands over, waits or sheds.</summary>
    public ValueTask OfferAsync(FrameBatch ownedBatch)
    {
        ownedBatch.BookTo(Ledger);
        ownedBatch.Fit();
        if (_queue.TryWrite(ownedBatch))
        {
            if (_stalled != 0)
            {
                Resume();
            }

            return ValueTask.CompletedTask;
        }

        if (Volatile.Read(ref _stalled) != 0)
        {
            Shed(ownedBatch);
            return ValueTask.CompletedTask;
        }

        return WaitAsync(ownedBatch);
    }

    private async ValueTask WaitAsync(FrameBatch ownedBatch)
    {
        using var limit = new CancellationTokenSource(_stallMax);
        try
        {
            // The graph's thread, which makes the room, is not to run the listener.
            while (await _queue.WaitToWriteAsync(limit.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.ForceYielding))
            {
                if (_queue.TryWrite(ownedBatch))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            if (Interlocked.Exchange(ref _stalled, 1) == 0)
            {
                Log.Warning("The flow has stood still for {0}: listeners shed what they receive", _stallMax);
            }
        }

        // Out of time, or the flow has ended for good.
        Shed(ownedBatch);
    }

    private void Shed(FrameBatch ownedBatch)
    {
        ownedBatch.Shed(Ledger);
        Interlocked.Add(ref _shed, ownedBatch.Count);
        ownedBatch.Dispose();
    }

    private void Resume()
    {
        if (Interlocked.Exchange(ref _stalled, 0) != 0)
        {
            Log.Warning("The flow moves again; {0} records were shed", Interlocked.Exchange(ref _shed, 0));
        }
    }
}
