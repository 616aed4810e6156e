namespace ActorLog.Node.Links;

/// <summary>
/// Which handshakes compute: a few at once. One that has begun goes before those that have not, and of these the newest, which has
/// the most time left: in a storm some come to their end, where in one queue all might run out of time halfway. Any thread.
/// </summary>
/// <param name="turns">So many at once.</param>
internal sealed class HandshakeTurns(int turns)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _begun = new();
    private readonly LinkedList<TaskCompletionSource> _new = new();
    private int _free = turns;

    /// <summary>Waits for a turn.</summary>
    /// <param name="hasBegun">Whether this handshake has had one before.</param>
    /// <param name="stop">Then it waits no longer.</param>
    public async Task TakeAsync(bool hasBegun, CancellationToken stop)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource> waiting;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            waiting = hasBegun ? _begun.AddLast(turn) : _new.AddFirst(turn);
        }

        using (stop.Register(() => Leave(waiting, stop)))
        {
            await turn.Task;
        }
    }

    /// <summary>Gives a turn back.</summary>
    public void Give()
    {
        lock (_gate)
        {
            if ((_begun.First ?? _new.First) is { } next)
            {
                next.List!.Remove(next);
                next.Value.SetResult();
            }
            else
            {
                _free++;
            }
        }
    }

    private void Leave(LinkedListNode<TaskCompletionSource> waiting, CancellationToken stop)
    {
        lock (_gate)
        {
            // Who has got its turn meanwhile gives it back.
            if (waiting.List is { } list)
            {
                list.Remove(waiting);
                waiting.Value.SetCanceled(stop);
            }
        }
    }
}
