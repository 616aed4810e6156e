using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Listening;

/// <summary>Gathers what the portable sockets of one source receive into batches, one socket at a time.</summary>
internal sealed class PortableGatherer(BatchOutlet outlet) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly HandOverPace _pace = new(outlet.Batching.Window);
    private FrameBatch _batch = new();
    private Task _flush = Task.CompletedTask;
    private bool _isFlushDue;

    /// <summary>How long frames are gathered yet before they leave.</summary>
    public int RemainingMs => _pace.RemainingMs(BatchWindow.NowMs);

    /// <summary>Cuts what a connection received; false when its framing is broken.</summary>
    public ValueTask<bool> FeedAsync(FrameFeed feed, int received, StreamState state) =>
        TakeAsync(batch => feed.Feed(batch, received, state));

    /// <summary>Lets a socket add its frames, and hands them over when it is time to; passes its answer on.</summary>
    public async ValueTask<bool> TakeAsync(Func<FrameBatch, bool> fill)
    {
        await _gate.WaitAsync();
        try
        {
            var answer = fill(_batch);
            var remaining = RemainingMs;
            if (_batch.IsFull || remaining == 0)
            {
                await HandOverAsync();
            }
            else if (_batch.Count > 0 && !_isFlushDue)
            {
                _isFlushDue = true;
                _flush = FlushLaterAsync(remaining);
            }

            return answer;
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
        // Within the gate: what is added behind this is another flush's.
        _isFlushDue = false;
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
            _pace.HandedOver(BatchWindow.NowMs);
        }
    }
}
