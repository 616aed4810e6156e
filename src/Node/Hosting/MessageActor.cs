using Akka.Actor;

namespace ActorLog.Node.Hosting;

/// <summary>
/// An actor whose handlers are named by the types of their messages, the first that fits, as in Akka's ReceiveActor. That one
/// makes a lambda expression of them and has it compiled: a fifteenth of an edge's start (docs/decisions/0035).
/// </summary>
public abstract class MessageActor : UntypedActor
{
    private List<Func<object, bool>> _handlers = [];

    /// <summary>Handles messages of a type that no earlier handler takes.</summary>
    /// <param name="handler">What is done.</param>
    /// <param name="when">Which of them are taken; all without it.</param>
    protected void Receive<T>(Action<T> handler, Predicate<T>? when = null)
        where T : class => _handlers.Add(message =>
        {
            if (message is not T known || when?.Invoke(known) == false)
            {
                return false;
            }

            handler(known);
            return true;
        });

    /// <summary>Handles whatever no earlier handler takes.</summary>
    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    /// <summary>From the next message on, other handlers take the place of all there are.</summary>
    /// <param name="handlers">Names them.</param>
    protected void Become(Action handlers)
    {
        _handlers = [];
        handlers();
    }

    /// <inheritdoc/>
    protected sealed override void OnReceive(object message)
    {
        foreach (var handles in _handlers)
        {
            if (handles(message))
            {
                return;
            }
        }

        Unhandled(message);
    }
}
