using System.Diagnostics.CodeAnalysis;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// One source: binds its socket, has it read, and says what it is doing. A fault is told with its cause and remedy and
/// retried with backoff, for ever: a port that is taken, denied or not there yet never ends the process.
/// </summary>
internal sealed class ListenerActor : MessageActor, IWithTimers
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);

    private readonly SourceSettings _source;
    private readonly IntakeOpener _opener;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IIntake? _intake;
    private string? _loggedCause;
    private TimeSpan _backoff = BackoffMin;
    private bool _stopping;

    /// <summary>See <see cref="Props"/>, which says what the parameters are.</summary>
    public ListenerActor(SourceSettings source, IntakeOpener opener)
    {
        _source = source;
        _opener = opener;
        Receive<Bind>(_ => TryBind());
        Receive<IntakeEnded>(OnEnded);
        Receive<StopListening>(_ => Stop());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe; it tells its parent <see cref="ListenerReady"/> and the rest.</summary>
    /// <param name="source">What to listen on.</param>
    /// <param name="opener">What reads the socket.</param>
    public static Props Props(SourceSettings source, IntakeOpener opener) =>
        Akka.Actor.Props.Create(() => new ListenerActor(source, opener));

    /// <inheritdoc/>
    protected override void PreStart() => Self.Tell(Bind.Instance);

    /// <inheritdoc/>
    protected override void PostStop() => _intake?.Dispose();

    private void TryBind()
    {
        if (_stopping)
        {
            return;
        }

        if (!TryOpen(out var bound, out var fault))
        {
            Retry(fault);
            return;
        }

        var intake = _intake!;
        intake.Completion.PipeTo(
            Self,
            success: () => new IntakeEnded(intake, null),
            failure: exception => new IntakeEnded(intake, exception));
        _backoff = BackoffMin;
        _loggedCause = null;
        _log.Info("Source {0} listens on {1}", _source.Name, bound.Where);
        Context.Parent.Tell(new ListenerReady(_source.Name, bound.Where, bound.EndPoint));
    }

    private bool TryOpen([NotNullWhen(true)] out BoundSocket? bound, [NotNullWhen(false)] out BindFault? fault)
    {
        bound = null;
        try
        {
            if (!SocketBinding.TryBind(_source, out bound, out fault))
            {
                return false;
            }

            _intake = _opener.Open(bound, _source);
            return true;
        }
        catch (Exception broken)
        {
            // Out of descriptors, of memory, or a fault of ours: a supervisor would restart this at once and for ever.
            bound?.Dispose();
            bound = null;
            fault = new BindFault(
                $"{SocketBinding.Name(_source.Transport)} {_source.EndPoint?.ToString() ?? _source.Path}: "
                + broken.Message,
                "check the limits of this process (LimitNOFILE=) and the source's settings");
            return false;
        }
    }

    private void OnEnded(IntakeEnded ended)
    {
        if (!ReferenceEquals(ended.Intake, _intake))
        {
            return;
        }

        _intake = null;
        if (_stopping)
        {
            Finish();
            return;
        }

        Retry(new BindFault(
            $"{_source.Name} stopped reading: {ended.Exception?.Message ?? "its socket was closed"}",
            "The listener starts anew by itself; report this if it comes again."));
    }

    private void Retry(BindFault fault)
    {
        // One line for each change of state, none for each try.
        if (fault.Cause != _loggedCause)
        {
            _loggedCause = fault.Cause;
            _log.Warning("Source {0} does not listen: {1}. {2}", _source.Name, fault.Cause, fault.Remedy);
        }

        Timers.StartSingleTimer(nameof(Bind), Bind.Instance, _backoff);
        Context.Parent.Tell(new ListenerFaulted(_source.Name, fault.Cause, fault.Remedy, _backoff));
        _backoff = TimeSpan.FromTicks(Math.Min(_backoff.Ticks * 2, BackoffMax.Ticks));
    }

    private void Stop()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        Timers.CancelAll();
        if (_intake is null)
        {
            Finish();
            return;
        }

        // Its completion, which is piped to this actor already, says when it is done, and how.
        _intake.RequestStop();
    }

    private void Finish()
    {
        _log.Info("Source {0} stopped", _source.Name);
        Context.Parent.Tell(new ListeningStopped(_source.Name));
        Context.Stop(Self);
    }

    private sealed record Bind
    {
        public static readonly Bind Instance = new();
    }

    private sealed record IntakeEnded(IIntake Intake, Exception? Exception);
}
