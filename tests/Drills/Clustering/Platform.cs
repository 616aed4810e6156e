using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// What a platform does for aggregators: who was put out of the cluster is started again at once. Any other end is a fault.
/// </summary>
internal sealed class Platform(ClusterPlant plant)
{
    private const string PutOut = "the cluster has put this node out";
    private const string Began = "beginning a cluster as";
    private readonly int[] _ends = new int[plant.Aggregators.Count];
    private readonly List<int> _byAge = [.. Enumerable.Range(0, plant.Aggregators.Count)];

    /// <summary>How often each was put out so far.</summary>
    public IReadOnlyList<int> Ends => [.. _ends];

    /// <summary>The member that is in the cluster longest: who began it, if that still runs, else who was not started again longest.</summary>
    public int Oldest => _byAge.Where(HasBegun).Append(_byAge[0]).First();

    /// <summary>Who was put out since a moment, in words.</summary>
    /// <param name="before"><see cref="Ends"/> of that moment.</param>
    public string EndsSince(IReadOnlyList<int> before)
    {
        var ended = Enumerable.Range(0, _ends.Length).Where(at => _ends[at] > before[at]).Select(at => $"logs{at} {_ends[at] - before[at]}x").ToArray();
        return ended.Length == 0 ? "nobody put out" : $"put out: {string.Join(", ", ended)}";
    }

    /// <summary>Waits for a condition, and starts again whoever ends meanwhile.</summary>
    public Task Until(Func<Task<bool>> condition, string what) => plant.Until(
        async () =>
        {
            await Attend();
            return await condition();
        },
        what);

    /// <summary>Starts those again that have ended since the last time.</summary>
    public async Task Attend()
    {
        for (var i = 0; i < _ends.Length; i++)
        {
            var process = plant.Aggregators[i].Process;
            if (!process.HasExited)
            {
                continue;
            }

            var status = await process.Exit(ClusterPlant.Limit);
            DrillRun.Require(
                status == 1 && process.Output[^1].Contains(PutOut, StringComparison.Ordinal),
                $"logs{i} ended with {status}, and does not say that the cluster put it out\n{process.Account()}");
            _ends[i]++;
            await BeginAgain(i);
        }
    }

    /// <summary>Stops one in order and starts it again.</summary>
    public async Task Restart(int aggregator)
    {
        var node = plant.Aggregators[aggregator];
        var status = await node.Stop();
        DrillRun.Require(status == 0, $"logs{aggregator} ended with {status}, not 0\n{node.Process.Account()}");
        await BeginAgain(aggregator);
    }

    private Task BeginAgain(int aggregator)
    {
        _byAge.Remove(aggregator);
        _byAge.Add(aggregator);
        return plant.Aggregators[aggregator].BeginAgain();
    }

    private bool HasBegun(int aggregator) =>
        plant.Aggregators[aggregator].Process.Output.Any(static line => line.Contains(Began, StringComparison.Ordinal));
}
