using System.Diagnostics;
using ActorLog.Node.Storage;
using Akka.Event;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Keeps the books on disk: once a second what has changed, and all of it at the end. A kill takes the last second of them,
/// and the next run's first act is to say so of this one. A disk that refuses is tried again; nothing waits for it.
/// </summary>
internal sealed class LedgerKeeper : IAsyncDisposable
{
    /// <summary>How a run ended whose drain left nothing in memory.</summary>
    public const string Drained = "drained";

    /// <summary>How a run ended whose time to drain was over.</summary>
    public const string CutShort = "cut-short";

    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(1);

    private readonly Ledger _ledger;
    private readonly SqliteFile _file;
    private readonly string _node;
    private readonly ILoggingAdapter _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private Dictionary<string, AccountTotal> _accounts = [];
    private Dictionary<string, OriginTotal> _origins = [];
    private LedgerDatabase? _database;
    private bool _isFailing;

    /// <summary>Begins the run in the file.</summary>
    public LedgerKeeper(Ledger ledger, SqliteFile file, string node, ILoggingAdapter log)
    {
        _ledger = ledger;
        _file = file;
        _node = node;
        _log = log;
        _loop = Task.Run(KeepAsync);
    }

    /// <summary>Writes what there is and how the run ended; the last call.</summary>
    public async Task EndAsync(string how)
    {
        await StopAsync();
        Try(() =>
        {
            Write();
            _database!.End(_ledger.Run, how, Now);
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _database?.Dispose();
        _stop.Dispose();
    }

    private static long Now => TimeProvider.System.GetUtcNow().UtcTicks;

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(WriteEvery);
        do
        {
            Try(Write);
        }
        while (await NextAsync(timer));
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Try(Action write)
    {
        try
        {
            write();
            _isFailing = false;
        }
        catch (SqliteException e)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                _log.Warning("the ledger cannot be written ({0}); it is tried again each second: {1}", e.Message, _file.Path);
            }
        }
    }

    private void Write()
    {
        _database ??= Begin();
        var gaps = _ledger.Gaps.TakeChanges();
        // Behind the gaps: what was dropped is counted by them, and must not come out of nowhere.
        var origins = _ledger.Spooled.ToDictionary(static total => total.Origin);
        var accounts = LedgerTotals.Read(_ledger).ToDictionary(static total => total.Account);
        var changed = accounts.Values.Where(total => _accounts.GetValueOrDefault(total.Account) != total).ToList();
        var grown = origins.Values.Where(total => _origins.GetValueOrDefault(total.Origin) != total).ToList();
        if (changed.Count + grown.Count + gaps.Count == 0)
        {
            return;
        }

        try
        {
            _database.Write(_ledger.Run, Now, changed, grown, gaps);
        }
        catch
        {
            _ledger.Gaps.Keep(gaps);
            throw;
        }

        _accounts = accounts;
        _origins = origins;
    }

    private LedgerDatabase Begin()
    {
        var database = new LedgerDatabase(_file);
        try
        {
            using var process = Process.GetCurrentProcess();
            foreach (var left in database.Begin(_ledger.Run, _node, RunIdentity.Of(process), Now))
            {
                _ledger.Gaps.Carry(left);
            }

            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
