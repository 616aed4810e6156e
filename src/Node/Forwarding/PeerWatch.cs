using ActorLog.Node.Links;

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
    /// <param name="sent">How far what was sent has come.</param>
    /// <param name="now">The time.</param>
    public TimeSpan? FindSilence(SendProgress sent, TimeSpan now)
    {
        // On a slow link a block takes its time: while more is under way and the peer's kernel takes it, someone is there. One
        // that has taken all of it at once, and says nothing, buffers for a process that stands still.
        if (sent.Acknowledged - _acknowledged >= ProgressBytes)
        {
            _acknowledged = sent.Acknowledged;
            if (sent.IsUnderWay)
            {
                _heardAt = now;
            }
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
