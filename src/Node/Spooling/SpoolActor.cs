using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Spooling;

/// <summary>
/// The edge's durable queue: keeps one writer going, knows what it was asked to write and does not know to be durable,
/// keeps to the limit, and forgets what is settled. When a writer fails, its run is closed in the database first, so that
/// a write which was only late can neither be lost nor stand twice; then the rest goes to a new run.
/// </summary>
internal sealed class SpoolActor : MessageActor, IWithTimers
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromSeconds(1);

    private readonly SpoolSettings _settings;
    private readonly string _node;
    private readonly SpoolDatabase _database;
    private readonly Ledger _ledger;
    private readonly IActorRef _forwarder;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<SpoolBlocks> _unknown = new();
    private readonly Dictionary<string, long> _settled = [];
    private IActorRef _writer = ActorRefs.Nobody;
    private string _origin = string.Empty;
    private long _last;
    private long _bytes;
    private long _refused;
    private bool _isFull;
    private bool _isForgetting;
    private string? _fault;
    private TimeSpan _retry = RetryMin;

    /// <summary>See <see cref="Props"/>.</summary>
    public SpoolActor(SpoolSettings settings, string node, SpoolDatabase database, Ledger ledger, IActorRef forwarder)
    {
        _settings = settings;
        _node = node;
        _database = database;
        _ledger = ledger;
        _forwarder = forwarder;
        Receive<SpoolBlocks>(OnBlocks);
        Receive<SpoolWriterActor.Written>(OnWritten);
        // A write that comes too late for a run that was closed is refused as well: that is no fault of the disk.
        Receive<SpoolWriterActor.WriteFailed>(failed => SetFault(failed.Cause), _ => Sender.Equals(_writer));
        Receive<SpoolWriterActor.WriteFailed>(static _ => { });
        Receive<Terminated>(OnWriterGone);
        Receive<RunClosed>(OnRunClosed);
        Receive<CloseRun>(_ => Close());
        Receive<BeginRun>(_ => StartRun());
        Receive<OriginSettled>(OnSettled);
        Receive<ForgetSettled>(_ => Forget());
        Receive<Forgotten>(OnForgotten);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(SpoolSettings settings, string node, SpoolDatabase database, Ledger ledger, IActorRef forwarder) =>
        Akka.Actor.Props.Create(() => new SpoolActor(settings, node, database, ledger, forwarder));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _database.ForgetClosed();
        foreach (var left in _database.Leftovers())
        {
            _bytes += left.Bytes;
            _ledger.Add(LedgerAccount.SpoolOpening, left.Records);
            _log.Info("spool holds {0} blocks ({1} bytes) of an earlier run, origin {2}", left.Last - left.First + 1, left.Bytes, left.Origin);
            _forwarder.Tell(new OriginLeft(left.Origin, left.First, left.Last));
        }

        _ledger.Set(LedgerLevel.SpoolBytesMax, _settings.BytesMax);
        ShowBytes();
        StartRun();
        Timers.StartPeriodicTimer(nameof(ForgetSettled), ForgetSettled.Instance, ForgetEvery);
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    private void StartRun()
    {
        _origin = $"{Uri.EscapeDataString(_node)}/{Guid.NewGuid():N}";
        _last = 0;
        _writer = Context.Watch(Context.ActorOf(SpoolWriterActor.Props(_origin, _database)));
        _forwarder.Tell(new OriginStarted(_origin));
        foreach (var request in _unknown)
        {
            _writer.Tell(new SpoolWriterActor.Write(request.Blocks));
        }
    }

    private void OnBlocks(SpoolBlocks request)
    {
        CrashPoint.Pass("edge.received");
        var bytes = request.Blocks.Sum(static block => (long)block.Length);
        if (_bytes + bytes > _settings.BytesMax)
        {
            // A gap that finds no room says nothing new; and one that finds some is not the records' room.
            if (!_isFull && request.Records > 0)
            {
                _isFull = true;
                _log.Warning("the spool is at its limit of {0} bytes: new records are dropped, and counted", _settings.BytesMax);
            }

            _ledger.Drop(DropReason.SpoolFull, request.Records, "spool");
            request.Outcome.SetResult(SpoolOutcome.Full);
            return;
        }

        if (_isFull && request.Records > 0)
        {
            _isFull = false;
            _log.Info("the spool has room again");
        }

        _bytes += bytes;
        ShowBytes();
        _unknown.Enqueue(request);
        _writer.Tell(new SpoolWriterActor.Write(request.Blocks));
    }

    private void OnWritten(SpoolWriterActor.Written written)
    {
        // A run that was closed answers no more: what it had stored is known from the database.
        if (Sender.Equals(_writer))
        {
            _retry = RetryMin;
            ClearFault();
            Acknowledge(_unknown.Dequeue());
        }
    }

    private void Acknowledge(SpoolBlocks request)
    {
        CrashPoint.Pass("edge.journal-after-commit");
        _last += request.Blocks.Count;
        _ledger.Add(LedgerAccount.OwnRecords, request.Gaps.Count);
        _ledger.Spool(_origin, _last, request.Records + request.Gaps.Count);
        _forwarder.Tell(new BlocksSpooled(_origin, _last - request.Blocks.Count + 1, request.Blocks));
        request.Outcome.SetResult(SpoolOutcome.Spooled);
    }

    private void OnWriterGone(Terminated gone)
    {
        if (gone.ActorRef.Equals(_writer))
        {
            _writer = ActorRefs.Nobody;
            if (_fault is null)
            {
                _log.Warning("the spool's writer has ended; a new run begins: {0}", _settings.Path);
            }

            Close();
        }
    }

    private void Close()
    {
        var origin = _origin;
        Task.Run(() => _database.Close(origin)).PipeTo(
            Self, success: static highest => new RunClosed(highest, null), failure: static e => new RunClosed(0, e));
    }

    private void OnRunClosed(RunClosed closed)
    {
        if (closed.Error is not null)
        {
            _database.Note(closed.Error);
            SetFault(closed.Error);
            Timers.StartSingleTimer(nameof(CloseRun), CloseRun.Instance, _retry);
            _retry = TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, RetryMax.Ticks));
            return;
        }

        // A request is one transaction: it stands whole or not at all.
        while (_unknown.TryPeek(out var request) && _last + request.Blocks.Count <= closed.Highest)
        {
            Acknowledge(_unknown.Dequeue());
        }

        _forwarder.Tell(new OriginClosed(_origin, _last));
        Timers.StartSingleTimer(nameof(BeginRun), BeginRun.Instance, _retry);
        _retry = TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, RetryMax.Ticks));
    }

    private void OnSettled(OriginSettled settled)
    {
        _settled[settled.Origin] = settled.Through;
        _refused += settled.Refused;
    }

    private void Forget()
    {
        if (_isForgetting || _settled.Count == 0)
        {
            return;
        }

        _isForgetting = true;
        var settled = _settled.ToArray();
        _settled.Clear();
        var refused = _refused;
        _refused = 0;
        Task.Run(() => settled.Select(entry => _database.DeleteThrough(entry.Key, entry.Value)).ToArray()).PipeTo(
            Self,
            success: freed => new Forgotten(freed.Sum(static f => f.Bytes), freed.Sum(static f => f.Records), refused, [], null),
            failure: e => new Forgotten(0, 0, refused, settled, e));
    }

    private void OnForgotten(Forgotten forgotten)
    {
        _isForgetting = false;
        _bytes = Math.Max(0, _bytes - forgotten.Bytes);
        ShowBytes();
        if (forgotten.Error is null)
        {
            _ledger.Add(LedgerAccount.Settled, forgotten.Records - forgotten.Refused);
            if (_unknown.Count == 0)
            {
                ClearFault();
            }
        }
        else
        {
            _database.Note(forgotten.Error);
            _refused += forgotten.Refused;
            SetFault(forgotten.Error);
            foreach (var (origin, through) in forgotten.Again)
            {
                _settled[origin] = Math.Max(through, _settled.GetValueOrDefault(origin));
            }
        }
    }

    // Said when its kind changes, not at each try.
    private void SetFault(Exception error)
    {
        var refuses = DiskRefuses.Of("spool", _settings.Path, error, isWhole: true);
        if (_fault != refuses.Remedy)
        {
            _fault = refuses.Remedy;
            _log.Warning("the spool cannot be written, and tries again: {0}; {1}", refuses.Cause, refuses.Remedy);
            refuses.Publish(Context.System);
        }
    }

    private void ClearFault()
    {
        if (_fault is not null)
        {
            _fault = null;
            _log.Info("the spool is written again");
            Context.System.EventStream.Publish(new DiskTakes("spool"));
        }
    }

    private void ShowBytes() => _ledger.Set(LedgerLevel.SpoolBytes, _bytes);

    private sealed record RunClosed(long Highest, Exception? Error);

    private sealed record Forgotten(long Bytes, long Records, long Refused, IReadOnlyList<KeyValuePair<string, long>> Again, Exception? Error);

    private sealed record CloseRun
    {
        public static readonly CloseRun Instance = new();
    }

    private sealed record BeginRun
    {
        public static readonly BeginRun Instance = new();
    }

    private sealed record ForgetSettled
    {
        public static readonly ForgetSettled Instance = new();
    }
}
