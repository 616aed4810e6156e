namespace ActorLog.Node.Receiving;

/// <summary>
/// Notices edges that share a name: an edge has one connection, so two that both speak for longer than a broken one is
/// remembered are a cloned machine, or a configuration that was copied. Pure; one thread at a time.
/// </summary>
internal sealed class TwinWatch
{
    // An edge speaks every five seconds at least; one that was cut off is silent.
    private static readonly TimeSpan SilentMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TogetherMin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AlarmEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, List<Voice>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _alarms = new(StringComparer.Ordinal);

    /// <summary>How many names were shared within the last minute.</summary>
    public int Count { get; private set; }

    /// <summary>A connection has spoken under a name; the other one's peer when that is cause for an alarm.</summary>
    public string? OnHeard(string name, string peer, DateTimeOffset now)
    {
        if (!_byName.TryGetValue(name, out var voices))
        {
            _byName.Add(name, voices = []);
        }

        voices.RemoveAll(v => now - v.Last > SilentMax);
        var own = voices.Find(v => v.Peer == peer);
        if (own is null)
        {
            voices.Add(own = new Voice(peer, now));
        }

        own.Last = now;
        var twin = voices.Find(v => v.Peer != peer && now - v.First >= TogetherMin && now - own.First >= TogetherMin);
        var isDue = twin is not null && now - _alarms.GetValueOrDefault(name) >= AlarmEvery;
        if (isDue)
        {
            _alarms[name] = now;
        }

        Count = _alarms.Count(a => now - a.Value < AlarmEvery * 2);
        return isDue ? twin!.Peer : null;
    }

    private sealed class Voice(string peer, DateTimeOffset first)
    {
        public string Peer { get; } = peer;

        public DateTimeOffset First { get; } = first;

        public DateTimeOffset Last { get; set; } = first;
    }
}
