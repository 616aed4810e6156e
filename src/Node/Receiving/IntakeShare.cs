namespace ActorLog.Node.Receiving;

/// <summary>
/// One connection's part of the budget: whatever it still holds when it ends, in a window or in a mailbox, is given back
/// once. Any thread.
/// </summary>
internal sealed class IntakeShare(IntakeBudget budget) : IDisposable
{
    private readonly Lock _lock = new();
    private long _held;
    private bool _isOver;

    /// <summary>Waits for room and takes it.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken stop)
    {
        await budget.TakeAsync(bytes, stop);
        lock (_lock)
        {
            if (!_isOver)
            {
                _held += bytes;
                return;
            }
        }

        budget.Give(bytes);
    }

    /// <summary>Gives back what is not held any more.</summary>
    public void Give(long bytes)
    {
        lock (_lock)
        {
            if (_isOver || bytes == 0)
            {
                return;
            }

            _held -= bytes;
        }

        budget.Give(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        long held;
        lock (_lock)
        {
            _isOver = true;
            held = _held;
            _held = 0;
        }

        budget.Give(held);
    }
}
