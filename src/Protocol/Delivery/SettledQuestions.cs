namespace ActorLog.Protocol.Delivery;

/// <summary>
/// Questions of "what is settled?" that wait for a proof of ownership. A partition that was replaced and does not
/// know it
/// would say "all that I hold" while its successor holds more; so that answer is given only when an event that was
/// handed
/// to the journal after the question is stored, which the journal's fence refuses to anyone but the owner. The
/// simulation
/// found this one. Pure; one thread at a time.
/// </summary>
/// <typeparam name="TAsker">Who asked.</typeparam>
public sealed class SettledQuestions<TAsker>
{
    private readonly Queue<(TAsker Asker, AskSettled Question, long AfterSequenceNr)> _waiting = new();

    /// <summary>
    /// How many wait; a partition with some and nothing to persist persists a <see cref="Checkpointed"/> without
    /// files.
    /// </summary>
    public int Count => _waiting.Count;

    /// <summary>Notes a question.</summary>
    /// <param name="asker">Who asked.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="lastHandedOver">The highest sequence number handed to the journal so far, stored or not.</param>
    public void Add(TAsker asker, AskSettled question, long lastHandedOver) =>
        _waiting.Enqueue((asker, question, lastHandedOver));

    /// <summary>
    /// Takes the next question that may be answered now that <paramref name="storedSequenceNr"/> is stored.
    /// </summary>
    public bool TryTake(long storedSequenceNr, out (TAsker Asker, AskSettled Question) due)
    {
        if (_waiting.TryPeek(out var first) && first.AfterSequenceNr < storedSequenceNr)
        {
            _waiting.Dequeue();
            due = (first.Asker, first.Question);
            return true;
        }

        due = default;
        return false;
    }
}
