namespace ActorLog.Node.Links;

/// <summary>Which refusals are worth a line: one for each peer and cause in a minute, for a bounded number of peers.</summary>
internal sealed class PeerRefusals(TimeProvider time)
{
    private const int PeersMax = 256;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (string Why, DateTimeOffset At)> _told = new(StringComparer.Ordinal);

    /// <summary>Whether it is to be told. Any thread.</summary>
    public bool IsToTell(string peer, string why)
    {
        var now = time.GetUtcNow();
        lock (_told)
        {
            if (_told.TryGetValue(peer, out var last) && last.Why == why && now - last.At < Every)
            {
                return false;
            }

            if (_told.Count >= PeersMax && !_told.ContainsKey(peer))
            {
                foreach (var old in _told.Where(one => now - one.Value.At >= Every).Select(static one => one.Key).ToList())
                {
                    _told.Remove(old);
                }

                if (_told.Count >= PeersMax)
                {
                    return false;
                }
            }

            _told[peer] = (why, now);
            return true;
        }
    }
}
