using ActorLog.Node.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Asks a journal's database each second whether it answers and which history it has, so that a silent partition hears of a
/// failover as well. What changes is published: <see cref="JournalChanged"/>, <see cref="JournalBack"/>, and for /ready
/// <see cref="DiskRefuses"/> and <see cref="DiskTakes"/>.
/// </summary>
internal sealed class JournalWatchActor : MessageActor, IWithTimers, IDisposable
{
    private const string Part = "journal";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly PostgresJournal _journal;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stop = new();
    private string _timeline;
    private readonly HashSet<string> _causes = new(StringComparer.Ordinal);
    private bool _isLooking;
    private bool _isAnewWanted;

    /// <summary>See <see cref="Props"/>.</summary>
    public JournalWatchActor(PostgresJournal journal)
    {
        _journal = journal;
        _timeline = journal.Timeline;
        Receive<Tick>(_ => Look());
        Receive<Looked>(OnLooked);
        // At the next tick: many ask at once.
        Receive<LookAtJournal>(_ => _isAnewWanted = true);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(PostgresJournal journal) => Akka.Actor.Props.Create(() => new JournalWatchActor(journal));

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(LookAtJournal));
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TimeSpan.Zero, Every);
    }

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void Look()
    {
        if (_isLooking)
        {
            return;
        }

        _isLooking = true;
        var isAnew = _isAnewWanted;
        _isAnewWanted = false;
        _journal.LookAsync(isAnew, _stop.Token).PipeTo(
            Self, success: static error => new Looked(error), failure: static error => new Looked(error));
    }

    private void OnLooked(Looked looked)
    {
        _isLooking = false;
        if (_journal.Timeline is var timeline && timeline != _timeline)
        {
            _log.Warning(
                "the journal's history is {0}, and no more {1}: the database has failed over; partitions read it anew, edges send again what is not settled",
                timeline, _timeline);
            _timeline = timeline;
            Context.System.EventStream.Publish(new JournalChanged(timeline));
        }

        if (looked.Error is { } error)
        {
            var refuses = DiskRefuses.Of(Part, _journal.Place, error, isWhole: true);
            // Each cause once: with several hosts, or while one starts, they take turns.
            if (_causes.Add(refuses.Cause))
            {
                _log.Warning("the journal does not answer, edges spool: {0}; {1}", refuses.Cause, refuses.Remedy);
                refuses.Publish(Context.System);
            }
        }
        else if (_causes.Count > 0)
        {
            _causes.Clear();
            _log.Info("the journal answers again: {0}", _journal.Place);
            Context.System.EventStream.Publish(new DiskTakes(Part));
            Context.System.EventStream.Publish(JournalBack.Instance);
        }
    }

    private sealed record Looked(Exception? Error);

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}

/// <summary>Published: the journal's history is another one, its last commits may be gone.</summary>
internal sealed record JournalChanged(string Timeline);

/// <summary>Published: the journal answers again after an outage.</summary>
internal sealed record JournalBack
{
    public static readonly JournalBack Instance = new();
}

/// <summary>Published by whoever met another history than its own: ask the database which one it has.</summary>
internal sealed record LookAtJournal
{
    public static readonly LookAtJournal Instance = new();
}
