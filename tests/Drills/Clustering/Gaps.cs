using System.Diagnostics;

namespace ActorLog.Drills.Clustering;

/// <summary>How long the hosts of one aggregator were silent in all files while their partitions moved to others.</summary>
internal sealed class Gaps
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(150);
    private readonly List<TimeSpan> _all = [];

    /// <summary>Gaps entered.</summary>
    public int Count => _all.Count;

    /// <summary>From a moment on, until each of the hosts has a line at another aggregator.</summary>
    /// <param name="plant">The cluster.</param>
    /// <param name="hosts">Hosts that the aggregator had.</param>
    /// <param name="left">The aggregator that ends.</param>
    /// <returns>The longest gap of these hosts.</returns>
    public async Task<TimeSpan> Watch(ClusterPlant plant, IReadOnlyList<string> hosts, int left)
    {
        var clock = Stopwatch.StartNew();
        var others = Enumerable.Range(0, plant.Aggregators.Count).Where(i => i != left).ToArray();
        var before = hosts.ToDictionary(static host => host, host => others.Select(i => plant.MarkOf(host, i)).ToArray());
        var lastAt = hosts.ToDictionary(static host => host, _ => TimeSpan.Zero);
        var lastLength = hosts.ToDictionary(static host => host, host => plant.Length(host, left));
        var waiting = hosts.ToHashSet(StringComparer.Ordinal);
        var longest = TimeSpan.Zero;
        while (waiting.Count > 0)
        {
            if (clock.Elapsed > ClusterPlant.Limit)
            {
                throw new Running.DrillFailure($"no line of {string.Join(", ", waiting)} after {clock.Elapsed}\n{plant.Account()}");
            }

            foreach (var host in waiting.ToArray())
            {
                if (plant.Length(host, left) is var length && length > lastLength[host])
                {
                    (lastLength[host], lastAt[host]) = (length, clock.Elapsed);
                }

                if (others.Select((other, i) => plant.MarkOf(host, other).HasGrownSince(before[host][i])).Any(static grew => grew))
                {
                    var gap = clock.Elapsed - lastAt[host];
                    _all.Add(gap);
                    longest = gap > longest ? gap : longest;
                    waiting.Remove(host);
                }
            }

            await Task.Delay(Look);
        }

        return longest;
    }

    /// <summary>The gap that so many of a hundred do not exceed, in seconds.</summary>
    public double Percentile(int percent)
    {
        var sorted = _all.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (sorted.Length * percent) / 100)].TotalSeconds;
    }

    public override string ToString() =>
        $"{Count} hosts moved: silent p50 {Percentile(50):0.0} s, p95 {Percentile(95):0.0} s, at most {Percentile(100):0.0} s";
}
