namespace ActorLog.Node.Listening;

/// <summary>
/// How long a datagram socket may be left alone, so that what comes meanwhile is one wake-up: never while datagrams wait in
/// it, and only for as long as the rate of the last turn fills a small part of the kernel's buffer. What it cannot hold is
/// lost, and the thread may wake late.
/// </summary>
/// <param name="room">The datagrams that it may be left with.</param>
internal sealed class SocketRest(int room)
{
    private long _last;

    /// <summary>The socket was read.</summary>
    /// <param name="received">How many datagrams came.</param>
    /// <param name="isEmpty">Nothing was left in it.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <returns>For how many milliseconds it may rest.</returns>
    public int AfterRead(int received, bool isEmpty, long now)
    {
        var elapsed = Math.Max(1, now - _last);
        _last = now;
        return isEmpty ? (int)Math.Min(int.MaxValue, elapsed * room / Math.Max(1, received)) : 0;
    }
}
