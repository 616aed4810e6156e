using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>Senders that send to a plant's edge until they are told to stop, and what must have become of it: all stands once.</summary>
internal sealed class EndlessLoad : IAsyncDisposable
{
    private static readonly TimeSpan ProgressMax = TimeSpan.FromSeconds(180);
    private readonly Plant _plant;
    private readonly OracleTarget _target;
    private readonly OracleLoad _load;
    private readonly Oracle _oracle = new();
    private CancellationTokenSource _stop = new();
    private Task _sending;

    private EndlessLoad(Plant plant, OracleTarget target, OracleLoad load)
    {
        (_plant, _target, _load) = (plant, target, load);
        _sending = _oracle.Send(target, load, _stop.Token);
    }

    /// <summary>Messages that the edge's socket has taken.</summary>
    public long Sent => _oracle.Ledger.Sent;

    /// <summary>Starts it.</summary>
    /// <param name="plant">Where to.</param>
    /// <param name="rate">Messages per second and connection; null: as many as the edge takes.</param>
    /// <param name="target">Another source of the edge than its TCP one.</param>
    /// <param name="header">How messages are dressed.</param>
    public static EndlessLoad Start(
        Plant plant, int? rate, OracleTarget? target = null, OracleHeader header = OracleHeader.Rfc3164) => new(
        plant,
        target ?? plant.Target,
        new OracleLoad(long.MaxValue) { Connections = 4, Host = "shop{0}", Header = header, Rate = rate });

    /// <summary>Waits until so many more were sent.</summary>
    public Task Send(long more)
    {
        var due = Sent + more;
        return Eventually.True(
            () => Task.FromResult(Sent >= due || _sending.IsFaulted), ProgressMax, () => $"{due} sent of {Sent}\n{_plant.Account()}");
    }

    /// <summary>Waits until so many bytes more stand in the aggregator's files.</summary>
    public Task Deliver(long more)
    {
        var due = SegmentFiles.PlainBytes(_plant.Files) + more;
        return Eventually.True(
            () => Task.FromResult(SegmentFiles.PlainBytes(_plant.Files) >= due),
            ProgressMax,
            () => $"{due} bytes in files of {SegmentFiles.PlainBytes(_plant.Files)}\n{_plant.Account()}");
    }

    /// <summary>Sends a few messages of one more host, and waits until they stand in its file.</summary>
    public async Task Once(string host)
    {
        await _oracle.Send(_target, _load with { Messages = 10, Connections = 1, Host = host, Rate = null });
        var file = Path.Combine(_plant.Files, host + ".log");
        await Eventually.True(() => File.Exists(file) && new FileInfo(file).Length > 0, ProgressMax, file);
    }

    /// <summary>Sends no more, and waits until what was sent has been taken.</summary>
    public async Task End()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    /// <summary>Sends again, after <see cref="End"/>.</summary>
    public void GoOn()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _sending = _oracle.Send(_target, _load, _stop.Token);
    }

    /// <summary>Ends it, stops the plant when all is delivered, and enters what stands in the files.</summary>
    public async Task<Verification> Finish(DrillRun run)
    {
        await End();
        var found = await _plant.Finish(_oracle.Ledger, static f => f.Missing == 0);
        run.Say($"{Sent:N0} sent; {DrillTally.Short(found)}");
        run.Tally.Add(found);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
    }
}
