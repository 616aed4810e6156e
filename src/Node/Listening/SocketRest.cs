namespace ActorLog.Node.Listening;

/// <summary>
/// How long sockets may be left alone, so that what comes meanwhile is one wake-up: never while something waits in
/// them, and only for as long as the highest rate of late fills a small part of the kernel's buffer. What it cannot hold is
/// lost, or its sender held up, and the thread may wake late. Times are milliseconds of one steady clock.
/// </summary>
/// <param name="room">What they may be left with, in the unit of what is received: datagrams, or bytes of streams.</param>
internal sealed class SocketRest(int room)
{
    /// <summary>A rate is taken over so long at least: the little that follows a long read at once would tell a low one.</summary>
    public const int MeasureMs = 4;

    /// <summary>What was known of the rate holds no longer, when nothing came for so long.</summary>
    public const int PauseMs = 50;

    // A peak is forgotten by this part with each measure: senders send in bursts.
    private const int ForgetPart = 8;

    private long _lastRead = long.MinValue / 2;
    private long _measuredFrom;
    private long _received;
    private double _peakPerMs = double.PositiveInfinity;

    /// <summary>What was ready was read.</summary>
    /// <param name="received">How much came.</param>
    /// <param name="isEmpty">Nothing was left.</param>
    /// <param name="now">The time.</param>
    /// <returns>For how many milliseconds it may rest.</returns>
    public int AfterRead(long received, bool isEmpty, long now)
    {
        if (now - _lastRead > PauseMs)
        {
            _measuredFrom = now;
            _received = 0;
            _peakPerMs = double.PositiveInfinity;
        }
        else
        {
            _received += received;
            Measure(now);
        }

        _lastRead = now;
        return isEmpty ? (int)Math.Min(PauseMs, room / _peakPerMs) : 0;
    }

    private void Measure(long now)
    {
        var elapsed = now - _measuredFrom;
        if (elapsed < MeasureMs)
        {
            return;
        }

        var perMs = (double)_received / elapsed;
        _peakPerMs = double.IsInfinity(_peakPerMs) ? perMs : Math.Max(perMs, _peakPerMs - _peakPerMs / ForgetPart);
        _measuredFrom = now;
        _received = 0;
    }
}
