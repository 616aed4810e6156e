namespace ActorLog.Protocol.Delivery;

/// <summary>What an ack turned out to be.</summary>
public enum AckOutcome
{
    /// <summary>Something moved.</summary>
    Moved,
    /// <summary>It says nothing new.</summary>
    Nothing,
    /// <summary>It claims what was never sent, or that more is settled than stored: the connection must end.</summary>
    BeyondSent,
}

/// <summary>
/// An edge's view of one origin: what may be sent, what is stored, what the spool may forget. Pure; one thread at a
/// time.
/// Numbers are dense; a stream begins at <see cref="Floor"/>, and all up to the floor is stored.
/// </summary>
public sealed class AckWindow
{
    private readonly Queue<(long N, int Bytes)> _inFlight = new();
    private readonly long _windowBytes;

    /// <summary>A window whose stream begins behind <paramref name="floor"/>.</summary>
    /// <param name="floor">All up to it is known to be settled: the number before the spool's first row.</param>
    /// <param name="windowBytes">Bytes sent and not yet stored, at most; one block passes whatever its size.</param>
    public AckWindow(long floor, long windowBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(floor);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBytes, 1);
        Floor = Stored = Settled = floor;
        Next = floor + 1;
        _windowBytes = windowBytes;
    }

    /// <summary>What the current stream was opened with.</summary>
    public long Floor { get; private set; }

    /// <summary>The number to send next.</summary>
    public long Next { get; private set; }

    /// <summary>All up to here are stored.</summary>
    public long Stored { get; private set; }

    /// <summary>All up to here may be deleted from the spool.</summary>
    public long Settled { get; private set; }

    /// <summary>Bytes sent on this stream and not yet stored.</summary>
    public long InFlightBytes { get; private set; }

    /// <summary>Whether a block of so many bytes may be sent now.</summary>
    public bool CanSend(int bytes) => _inFlight.Count == 0 || InFlightBytes + bytes <= _windowBytes;

    /// <summary>Notes that <see cref="Next"/> was sent.</summary>
    /// <exception cref="InvalidOperationException"><paramref name="n"/> is not <see cref="Next"/>: the stream would
    /// not be dense.</exception>
    public void Sent(long n, int bytes)
    {
        if (n != Next)
        {
            throw new InvalidOperationException($"sent {n} where {Next} is next");
        }

        _inFlight.Enqueue((n, bytes));
        InFlightBytes += bytes;
        Next = n + 1;
    }

    /// <summary>Notes that all from <see cref="Next"/> to this number was skipped: they hold nothing.</summary>
    public void Skipped(long through)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(through, Next);
        Next = through + 1;
    }

    /// <summary>Takes an ack of the current stream; what it says less than is known is ignored.</summary>
    public AckOutcome OnAck(long stored, long settled)
    {
        if (stored >= Next || settled > stored)
        {
            return AckOutcome.BeyondSent;
        }

        var moved = stored > Stored || settled > Settled;
        Stored = Math.Max(Stored, stored);
        Settled = Math.Max(Settled, settled);
        while (_inFlight.TryPeek(out var first) && first.N <= Stored)
        {
            InFlightBytes -= _inFlight.Dequeue().Bytes;
        }

        return moved ? AckOutcome.Moved : AckOutcome.Nothing;
    }

    /// <summary>A new stream from what is stored: after a lost connection, or when the gateway asked for it.</summary>
    public void Rewind() => Restart(Stored);

    /// <summary>
    /// A new stream from what is settled: the journal's timeline changed, so that what it had stored last may be gone.
    /// </summary>
    public void RewindToSettled() => Restart(Settled);

    private void Restart(long floor)
    {
        _inFlight.Clear();
        InFlightBytes = 0;
        Floor = Stored = floor;
        Next = floor + 1;
    }
}
