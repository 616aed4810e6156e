using System.Collections.Concurrent;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// One thread with epoll that reads every stream of the node. All that came in one window is one batch: while frames
/// keep coming it sleeps out the window, or until the sockets may be near their end, so that wake-ups and hand-overs stay
/// few; a lone frame leaves at once.
/// </summary>
internal sealed class StreamLoop : IDisposable
{
    // What the busiest connection may send while nobody reads: a TCP buffer begins with 64 KiB of payload, and has grown where
    // more comes in a window.
    private const int RestBytes = 128 * 1024;

    private readonly ILoggingAdapter _log;
    private readonly BatchWindow _window;
    private readonly WakeEvent _wake = new();
    private readonly EpollSet _epoll = new();
    private readonly StreamSet _streams;
    private readonly SocketRest _rest = new(RestBytes);
    private readonly ConcurrentQueue<Action> _commands = new();
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    public StreamLoop(BatchOutlet outlet, ILoggingAdapter log)
    {
        _log = log;
        _window = new BatchWindow(outlet);
        _streams = new StreamSet(_epoll, _window, log);
        _epoll.TryAdd(_wake.Descriptor);
        new Thread(Run) { IsBackground = true, Name = "actorlog-streams" }.Start();
    }

    /// <summary>The thread has ended, as asked or by a fault: take another loop.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Reads a source from now on.</summary>
    public void Add(StreamIntake ownedIntake)
    {
        if (!Command(() => _streams.Add(ownedIntake)))
        {
            ownedIntake.CloseSocket();
            ownedIntake.Complete(new ObjectDisposedException(nameof(StreamLoop)));
        }
    }

    /// <summary>
    /// Takes what has arrived by a source, hands it over and closes; the intake's completion tells the end.
    /// </summary>
    public void Remove(StreamIntake intake) => Command(() => _streams.Drain(intake));

    /// <summary>Drains all sources and ends the thread.</summary>
    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
    }

    /// <summary>False when the thread has ended, and everything with it.</summary>
    private bool Command(Action command)
    {
        lock (_commands)
        {
            if (IsEnded)
            {
                return false;
            }

            _commands.Enqueue(command);
        }

        _wake.Set();
        return true;
    }

    private void Run()
    {
        Exception? fault = null;
        try
        {
            while (!_stopping)
            {
                Turn();
            }
        }
        catch (Exception broken)
        {
            fault = broken;
            _log.Error(broken, "The stream loop broke; its listeners start anew");
        }

        End(fault);
    }

    private void Turn()
    {
        var now = BatchWindow.NowMs;
        var ready = _epoll.Wait(_window.Batch.Count > 0 ? _window.RemainingMs : _streams.CheckInMs(now));
        var busiest = 0L;
        var isEmpty = true;
        for (var i = 0; i < ready; i++)
        {
            var descriptor = _epoll.Ready(i);
            if (descriptor == _wake.Descriptor)
            {
                _wake.Clear();
            }
            else
            {
                busiest = Math.Max(busiest, _streams.Serve(descriptor, out var isRead));
                isEmpty &= isRead;
            }
        }

        while (_commands.TryDequeue(out var command))
        {
            command();
        }

        Pace(_rest.AfterRead(busiest, isEmpty, BatchWindow.NowMs));
        _streams.Check(BatchWindow.NowMs);
    }

    /// <summary>Hands over what the window says, and sleeps where more is expected anyway, but not longer than may be.</summary>
    private void Pace(int rest)
    {
        if (_window.Batch.Count == 0)
        {
            return;
        }

        var remaining = _window.RemainingMs;
        if (remaining == 0)
        {
            _window.HandOver();
            remaining = _window.IsSteady ? _window.RemainingMs : 0;
        }

        if (Math.Min(rest, remaining) is > 0 and var pause)
        {
            // What arrives meanwhile waits in the kernel, and is read by the next turn into one batch.
            _wake.Sleep(pause);
        }
    }

    private void End(Exception? fault)
    {
        lock (_commands)
        {
            IsEnded = true;
        }

        try
        {
            // Sources that were given but not begun, or to be stopped.
            while (_commands.TryDequeue(out var command))
            {
                command();
            }

            _streams.DrainAll();
        }
        catch (Exception broken)
        {
            fault ??= broken;
            _log.Error(broken, "The stream loop broke at its end");
        }

        _streams.Abandon(fault);
        _window.Dispose();
        _epoll.Dispose();
        _wake.Dispose();
    }
}
