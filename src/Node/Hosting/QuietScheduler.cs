using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Akka's scheduler on the runtime's timers: a process in which nothing is due sleeps. Akka's own turns a wheel a hundred times
/// a second, whatever there is to do (docs/decisions/0030-the-runtimes-timers.md). Nothing runs early; what repeats never overlaps.
/// </summary>
internal sealed class QuietScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    private readonly long _begunAt = Stopwatch.GetTimestamp();
    private volatile bool _isDisposed;

    /// <summary>Made by Akka, by its configuration.</summary>
    public QuietScheduler(Config scheduler, ILoggingAdapter log)
        : base(scheduler, log)
    {
    }

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => HighResMonotonicClock;

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(_begunAt);

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.Now;

    /// <summary>What is due later does not run any more.</summary>
    public void Dispose() => _isDisposed = true;

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(delay, null, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Schedule(delay, null, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) =>
        Schedule(delay, null, action.Run, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, action.Run, cancelable);

    private void Schedule(TimeSpan delay, TimeSpan? interval, Action action, ICancelable? cancelable)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        new Entry(this, action, interval).Start(delay, cancelable);
    }

    /// <summary>What is due once, or again and again. The runtime's list of timers keeps it alive until it is stopped.</summary>
    private sealed class Entry
    {
        // The longest that a timer of the runtime takes; what is due later is looked at again then.
        private static readonly TimeSpan WaitMax = TimeSpan.FromDays(49);

        private readonly QuietScheduler _owner;
        private readonly Action _action;
        private readonly TimeSpan? _interval;
        private readonly ITimer _timer;
        private TimeSpan _dueAt;
        private CancellationTokenRegistration _cancelling;
        private volatile bool _isStopped;

        public Entry(QuietScheduler owner, Action action, TimeSpan? interval)
        {
            _owner = owner;
            _action = action;
            _interval = interval;
            _timer = TimeProvider.System.CreateTimer(
                static entry => ((Entry)entry!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Start(TimeSpan delay, ICancelable? cancelable)
        {
            _dueAt = _owner.HighResMonotonicClock + delay;
            if (cancelable is not null)
            {
                // Taken out at once: a receive timeout is cancelled by each message, and would otherwise stay for all its minutes.
                _cancelling = cancelable.Token.UnsafeRegister(static entry => ((Entry)entry!).Stop(), this);
            }

            Arm(delay);
        }

        // A timer that was disposed of takes no time, and says so: nothing to be done.
        private void Arm(TimeSpan wait) =>
            _timer.Change(
                wait < WaitMax ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : WaitMax, Timeout.InfiniteTimeSpan);

        private void OnTimer()
        {
            if (_isStopped || _owner._isDisposed)
            {
                Stop();
                return;
            }

            var wait = _dueAt - _owner.HighResMonotonicClock;
            if (wait > TimeSpan.Zero)
            {
                Arm(wait);
                return;
            }

            if (!Run() || _interval is not { } interval)
            {
                Stop();
                return;
            }

            _dueAt = _owner.HighResMonotonicClock + interval;
            Arm(interval);
        }

        // As with Akka's own: what throws is told, and does not come again.
        private bool Run()
        {
            try
            {
                _action();
                return true;
            }
            catch (Exception e)
            {
                _owner.Log.Error(e, "what was scheduled has failed, and is not repeated: {0}", e.Message);
                return false;
            }
        }

        private void Stop()
        {
            _isStopped = true;
            _timer.Dispose();
            // Not Dispose: it would wait for a cancellation under way, which may be what calls this.
            _cancelling.Unregister();
        }
    }
}
