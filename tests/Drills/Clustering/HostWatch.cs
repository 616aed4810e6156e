using System.Diagnostics;

namespace ActorLog.Drills.Clustering;

/// <summary>Looks at every host's files at all aggregators, again and again: where they grow, and how long nowhere.</summary>
internal sealed class HostWatch : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly ClusterPlant _plant;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Watched> _hosts;
    private readonly Task _looking;

    private HostWatch(ClusterPlant plant)
    {
        _plant = plant;
        _hosts = plant.Hosts.ToDictionary(
            static host => host,
            host => new Watched([.. Lengths(host)], new TimeSpan[plant.Aggregators.Count]));
        _looking = LookOn();
    }

    /// <summary>The time, as it counts it.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Starts it.</summary>
    public static HostWatch Begin(ClusterPlant plant) => new(plant);

    /// <summary>Whether each host has grown since, at one of these aggregators.</summary>
    public bool AllGrew(TimeSpan since, IReadOnlyCollection<int> at) =>
        _hosts.Values.All(host => Locked(() => at.Any(aggregator => host.GrewAt[aggregator] > since)));

    /// <summary>When any host's file last grew at an aggregator.</summary>
    public TimeSpan LastAt(int aggregator) => _hosts.Values.Max(host => Locked(() => host.GrewAt[aggregator]));

    /// <summary>The longest that each host grew nowhere, since this was asked last; hosts that are silent now count up to now.</summary>
    public string Silences()
    {
        var sorted = _hosts.Values.Select(host => Locked(() => host.TakeSilence(Now))).Order().ToArray();
        return $"hosts silent for {sorted[0].TotalSeconds:0.0} to {sorted[^1].TotalSeconds:0.0} s";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private IEnumerable<long> Lengths(string host) => Enumerable.Range(0, _plant.Aggregators.Count).Select(at => _plant.Length(host, at));

    private async Task LookOn()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var (name, host) in _hosts)
            {
                var lengths = Lengths(name).ToArray();
                Locked(() => host.Enter(lengths, Now));
            }

            await Task.Delay(Look, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private T Locked<T>(Func<T> look)
    {
        lock (_hosts)
        {
            return look();
        }
    }

    /// <summary>One host: lengths and times of growth by aggregator.</summary>
    private sealed class Watched(long[] lengths, TimeSpan[] grewAt)
    {
        private TimeSpan _last;
        private TimeSpan _silence;

        public TimeSpan[] GrewAt => grewAt;

        // A file that is shorter than before was cut, or sealed under another name.
        public bool Enter(long[] now, TimeSpan at)
        {
            var grew = false;
            for (var i = 0; i < now.Length; i++)
            {
                if (now[i] > lengths[i])
                {
                    (grew, grewAt[i]) = (true, at);
                }

                lengths[i] = now[i];
            }

            if (grew)
            {
                _silence = Longer(_silence, at - _last);
                _last = at;
            }

            return grew;
        }

        public TimeSpan TakeSilence(TimeSpan now)
        {
            var silence = Longer(_silence, now - _last);
            _silence = TimeSpan.Zero;
            return silence;
        }

        private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }
}
