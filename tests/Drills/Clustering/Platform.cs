using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// What a platform does for aggregators, such as systemd or Kubernetes: who was put out of the cluster is started again at once, said and
/// counted, whatever the drill does meanwhile. Any other end that the drill has not brought about is a fault, told by <see cref="Check"/>.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    private const string PutOut = "the cluster has put this node out";
    private const string Began = "beginning a cluster as";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly IReadOnlyList<ActorLogProcess> _nodes;
    private readonly Action<string> _say;
    private readonly int[] _ends;
    private readonly bool[] _isAway;
    private readonly List<int> _byAge;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _attending;

    /// <summary>Attends to nodes that run.</summary>
    /// <param name="nodes">The aggregators.</param>
    /// <param name="say">Told who was put out.</param>
    public Platform(IReadOnlyList<ActorLogProcess> nodes, Action<string> say)
    {
        (_nodes, _say) = (nodes, say);
        (_ends, _isAway) = (new int[nodes.Count], new bool[nodes.Count]);
        _byAge = [.. Enumerable.Range(0, nodes.Count)];
        _attending = Attend();
    }

    /// <summary>How often each was put out so far.</summary>
    public IReadOnlyList<int> Ends => [.. _ends];

    /// <summary>The member that is in the cluster longest: who began it, if that still runs, else who was not started again longest.</summary>
    public int Oldest
    {
        get
        {
            lock (_byAge)
            {
                return _byAge.Where(HasBegun).Append(_byAge[0]).First();
            }
        }
    }

    /// <summary>Who was put out since a moment, in words.</summary>
    /// <param name="before"><see cref="Ends"/> of that moment; null: the beginning.</param>
    public string EndsSince(IReadOnlyList<int>? before = null)
    {
        var ended = Enumerable.Range(0, _ends.Length)
            .Select(at => (Node: at, Times: _ends[at] - (before?[at] ?? 0)))
            .Where(static end => end.Times > 0).Select(static end => $"logs{end.Node} {end.Times}x").ToArray();
        return ended.Length == 0 ? "nobody put out" : $"put out: {string.Join(", ", ended)}";
    }

    /// <summary>Throws when one has ended that should not.</summary>
    public Task Check() => _attending.IsCompleted ? _attending : Task.CompletedTask;

    /// <summary>Stops one in order, and leaves it so. If it is put out at that time, that counts as such.</summary>
    public async Task Stop(int aggregator)
    {
        await Take(aggregator);
        if (await _nodes[aggregator].Stop() is var status and not 0)
        {
            Enter(aggregator, status);
        }
    }

    /// <summary>kill -9 of one, which is left so.</summary>
    public async Task Kill(int aggregator)
    {
        await Take(aggregator);
        await _nodes[aggregator].Kill();
    }

    /// <summary>Starts one again that was stopped or killed, and waits for nothing.</summary>
    public async Task BeginAgain(int aggregator)
    {
        await Begin(aggregator);
        await InTurn(() => Task.FromResult(_isAway[aggregator] = false));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // What it has found was told by Check.
        await _attending.ContinueWith(static _ => { }, TaskScheduler.Default);
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task Attend()
    {
        while (!_stop.IsCancellationRequested)
        {
            await InTurn(async () =>
            {
                for (var at = 0; at < _nodes.Count; at++)
                {
                    if (!_isAway[at] && _nodes[at].Process.HasExited)
                    {
                        Enter(at, await _nodes[at].Process.Exit(ClusterPlant.Limit));
                        await Begin(at);
                    }
                }
            });
            await Task.Delay(Look, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    // From now on it is the drill's to end and to start.
    private Task Take(int aggregator) => InTurn(() => Task.FromResult(_isAway[aggregator] = true));

    private void Enter(int aggregator, int status)
    {
        var process = _nodes[aggregator].Process;
        DrillRun.Require(
            status == 1 && process.Output[^1].Contains(PutOut, StringComparison.Ordinal),
            $"logs{aggregator} ended with {status}, and does not say that the cluster put it out\n{process.Account()}");
        _ends[aggregator]++;
        _say($"logs{aggregator} was put out of the cluster, and is started again");
    }

    private Task Begin(int aggregator)
    {
        lock (_byAge)
        {
            _byAge.Remove(aggregator);
            _byAge.Add(aggregator);
        }

        return _nodes[aggregator].BeginAgain();
    }

    private async Task InTurn(Func<Task> act)
    {
        await _turn.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool HasBegun(int aggregator) =>
        _nodes[aggregator].Process.Output.Any(static line => line.Contains(Began, StringComparison.Ordinal));
}
