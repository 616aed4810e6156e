namespace ActorLog.Node.Listening;

/// <summary>The batch that one listening thread fills, and when it leaves.</summary>
internal sealed class BatchWindow(BatchOutlet outlet) : IDisposable
{
    private readonly HandOverPace _pace = new(outlet.Batching.Window);

    /// <summary>A steady clock, in milliseconds.</summary>
    public static long NowMs => Environment.TickCount64;

    /// <summary>Where frames are booked.</summary>
    public Hosting.Ledger Ledger => outlet.Ledger;

    /// <summary>What is being filled; another one after each hand-over.</summary>
    public FrameBatch Batch { get; private set; } = new();

    /// <summary>How long to gather yet; 0 means now.</summary>
    public int RemainingMs => _pace.RemainingMs(NowMs);

    /// <summary>Frames keep coming, window by window.</summary>
    public bool IsSteady => _pace.IsSteady;

    /// <summary>Hands over what there is; may wait as long as the flow stands still, up to the limit.</summary>
    public void HandOver()
    {
        if (Batch.Count > 0)
        {
            var full = Batch;
            Batch = new FrameBatch();
            outlet.Offer(full);
            _pace.HandedOver(NowMs);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Batch.Dispose();
}
