namespace ActorLog.Node.Forwarding;

/// <summary>When a gateway is pinged, and when its silence ends the connection. Pure; one thread at a time.</summary>
internal sealed class PeerWatch(TimeSpan silenceMax)
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);

    // More than the pings that are sent while an answer is waited for.
    private const long ProgressBytes = 4096;

    private TimeSpan _heardAt;
    private TimeSpan _pingedAt;
    private long _acknowledged;

    /// <summary>A connection begins.</summary>
    public void OnConnected(TimeSpan now)
    {
        _heardAt = now;
        _acknowledged = 0;
    }

    /// <summary>A frame has come.</summary>
    public void OnHeard(TimeSpan now) => _heardAt = now;

    /// <summary>How long the peer has been silent, when that is too long.</summary>
    /// <param name="acknowledged">Bytes that the peer's kernel has acknowledged since the connection began.</param>
    /// <param name="now">The time.</param>
    public TimeSpan? FindSilence(long acknowledged, TimeSpan now)
    {
        // On a slow link a block takes its time: while the peer's kernel takes bytes, someone is there.
        if (acknowledged - _acknowledged >= ProgressBytes)
        {
            _acknowledged = acknowledged;
            _heardAt = now;
        }

        return now - _heardAt is var silent && silent > silenceMax ? silent : null;
    }

    /// <summary>Whether to ping now; then the next is due a while later.</summary>
    public bool TryPing(TimeSpan now)
    {
        if (now - _pingedAt < PingEvery)
        {
            return false;
        }

        _pingedAt = now;
        return true;
    }
}
