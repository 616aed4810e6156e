using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Listening;

/// <summary>Gathers what the portable connections of one source receive into batches, one connection at a time.</summary>
internal sealed class PortableGatherer(BatchOutlet outlet) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly HandOverPace _pace = new(outlet.Batching.Window);
    private FrameBatch _batch = new();
    private Task _flush = Task.CompletedTask;

    private static long NowMs => Environment.TickCount64;

    /// <summary>Cuts what a connection received; false when its framing is broken.</summary>
    public async ValueTask<bool> FeedAsync(FrameFeed feed, int received, StreamState state)
    {
        await _gate.WaitAsync();
        try
        {
            var isSound = feed.Feed(_batch, received, state);
            var remaining = _pace.RemainingMs(NowMs);
            if (_batch.IsFull || remaining == 0)
            {
                await HandOverAsync();
            }
            else if (_batch.Count > 0 && _flush.IsCompleted)
            {
                _flush = FlushLaterAsync(remaining);
            }

            return isSound;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Hands over what is gathered; nothing may be fed any more.</summary>
    public async Task FinishAsync()
    {
        await _flush;
        await HandOverAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _gate.Dispose();
    }

    private async Task FlushLaterAsync(int milliseconds)
    {
        await Task.Delay(milliseconds);
        await _gate.WaitAsync();
        try
        {
            await HandOverAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task HandOverAsync()
    {
        if (_batch.Count > 0)
        {
            var full = _batch;
            _batch = new FrameBatch();
            await outlet.OfferAsync(full);
            _pace.HandedOver(NowMs);
        }
    }
}
