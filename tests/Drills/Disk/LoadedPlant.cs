using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Disk;

/// <summary>A plant under an endless load that is held back, never dropped, while a disk refuses.</summary>
internal sealed class LoadedPlant : IAsyncDisposable
{
    /// <summary>How long anything may take that is waited for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly CancellationTokenSource _stop = new();
    private Task _sending = Task.CompletedTask;

    private LoadedPlant(Plant plant) => Plant = plant;

    public Plant Plant { get; }

    public Oracle Oracle { get; } = new();

    public ActorLogProcess Edge => Plant.Edge;

    public ActorLogProcess Aggregator => Plant.Aggregator;

    /// <summary>Starts both nodes and the load, and waits until the first lines stand in files.</summary>
    /// <param name="config">The plant.</param>
    /// <param name="rate">Messages per second of each of four connections.</param>
    public static async Task<LoadedPlant> Start(PlantConfig config, int rate = 1_000)
    {
        var loaded = new LoadedPlant(await Plant.Start(config));
        loaded.Send(rate);
        await loaded.Until(() => Task.FromResult(SegmentFiles.PlainBytes(loaded.Plant.Files) > 0), "the first lines");
        return loaded;
    }

    /// <summary>Begins a load of senders of its own.</summary>
    /// <param name="rate">Messages per second of each connection.</param>
    /// <param name="host">The header's host, with {0} for the connection's number.</param>
    public void Send(int rate, string host = "shop{0}")
    {
        var sending = Oracle.Send(
            Plant.Target,
            new OracleLoad(long.MaxValue)
            {
                Connections = 4,
                Host = host,
                Header = OracleHeader.Rfc3164,
                Rate = rate,
                Reconnect = true,
            },
            _stop.Token);
        _sending = Task.WhenAll(_sending, sending);
    }

    /// <summary>Ends all loads.</summary>
    public async Task StopSending()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    /// <summary>Waits for a condition.</summary>
    public Task Until(Func<Task<bool>> condition, string what) =>
        Eventually.True(condition, Limit, () => $"{what}\n{Plant.Account()}");

    /// <summary>Waits until a node counts more than it does now.</summary>
    public async Task UntilMore(ActorLogProcess node, string metric)
    {
        var before = await node.Count(metric);
        await Until(async () => await node.Count(metric) > before, $"more {metric} than {before}");
    }

    /// <summary>Ends the load; all that was sent must stand once.</summary>
    public async Task Finish(DrillRun run, string what)
    {
        await StopSending();
        var sent = Oracle.Ledger.Sent;
        var found = await Plant.Finish(Oracle.Ledger, f => f.Missing == 0 && f.Unique >= sent);
        run.Say($"{what}: {sent:N0} sent; {DrillTally.Short(found)}");
        DrillRun.Require(found.Foreign == 0, $"lines of others: {found}");
        run.Tally.Add(found);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Plant.DisposeAsync();
        await _sending;
        _stop.Dispose();
    }
}
