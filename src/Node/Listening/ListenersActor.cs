using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// The node's listeners: one <see cref="ListenerActor"/> for each source, and the one loop that reads all their
/// streams. It passes <see cref="ListenerReady"/> and <see cref="ListenerFaulted"/> on to an observer, and answers
/// <see cref="StopListening"/> by <see cref="ListeningStopped"/> when all of them have stopped.
/// </summary>
internal sealed class ListenersActor : MessageActor, IDisposable
{
    private readonly IReadOnlyList<SourceSettings> _sources;
    private readonly IActorRef _observer;
    private readonly IntakeOpener _opener;
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);
    private readonly List<IActorRef> _stopAskers = [];

    /// <summary>See <see cref="Props"/>, which says what the parameters are.</summary>
    public ListenersActor(IReadOnlyList<SourceSettings> sources, IntakeSettings shared, IActorRef observer)
    {
        _sources = sources;
        _observer = observer;
        _opener = new IntakeOpener(shared, Context.GetLogger());
        Receive<ListenerReady>(_observer.Tell);
        Receive<ListenerFaulted>(_observer.Tell);
        Receive<StopListening>(_ => Stop());
        Receive<ListeningStopped>(OnStopped);
    }

    /// <summary>The actor's recipe.</summary>
    /// <param name="sources">All listeners of the node.</param>
    /// <param name="shared">What they share.</param>
    /// <param name="observer">Who is told what they are doing.</param>
    public static Props Props(IReadOnlyList<SourceSettings> sources, IntakeSettings shared, IActorRef observer) =>
        Akka.Actor.Props.Create(() => new ListenersActor(sources, shared, observer));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        foreach (var source in _sources)
        {
            Context.ActorOf(ListenerActor.Props(source, _opener), Uri.EscapeDataString(source.Name));
            _running.Add(source.Name);
        }
    }

    /// <inheritdoc/>
    protected override void PostStop() => Dispose();

    /// <inheritdoc/>
    public void Dispose() => _opener.Dispose();

    // A listener that breaks starts anew, by its own backoff: the others know nothing of it.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    private void Stop()
    {
        _stopAskers.Add(Sender);
        foreach (var listener in Context.GetChildren())
        {
            listener.Tell(StopListening.Instance);
        }

        AnswerWhenStopped();
    }

    private void OnStopped(ListeningStopped stopped)
    {
        _running.Remove(stopped.Source ?? string.Empty);
        _observer.Tell(stopped);
        AnswerWhenStopped();
    }

    private void AnswerWhenStopped()
    {
        if (_running.Count > 0)
        {
            return;
        }

        Dispose();
        foreach (var asker in _stopAskers)
        {
            asker.Tell(new ListeningStopped(null));
        }

        _stopAskers.Clear();
    }
}
