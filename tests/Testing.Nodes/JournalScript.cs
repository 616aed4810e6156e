using Akka.Actor.Setup;
using Akka.Persistence;

namespace ActorLog.Testing.Nodes;

/// <summary>What a journal is to do to writes: by persistence id, by kind of event, and by count. Any thread.</summary>
internal sealed class JournalScript : Setup
{
    private readonly Lock _lock = new();
    private readonly List<JournalFault> _faults = [];

    /// <summary>Arms a fault for the next writes that match.</summary>
    /// <param name="kind">What happens to them.</param>
    /// <param name="persistenceId">Whose; null for anybody's.</param>
    /// <param name="holds">The kind of an event among them; null for any.</param>
    /// <param name="times">How many writes.</param>
    public JournalFault Arm(JournalFaultKind kind, string? persistenceId = null, Type? holds = null, int times = 1)
    {
        var fault = new JournalFault(kind, persistenceId, holds, times);
        if (kind == JournalFaultKind.CommitThenFail)
        {
            fault.Answer.SetException(new InvalidOperationException("the drill's journal committed, and says that it failed"));
        }

        lock (_lock)
        {
            _faults.Add(fault);
        }

        return fault;
    }

    internal JournalFault? Take(IReadOnlyList<AtomicWrite> writes)
    {
        lock (_lock)
        {
            return _faults.Find(fault => fault.TryTake(writes));
        }
    }
}

/// <summary>What happens to a write.</summary>
public enum JournalFaultKind
{
    /// <summary>It is not stored, and fails: the actor stops.</summary>
    Fail,
    /// <summary>It is not stored, and is rejected: the actor would go on.</summary>
    Reject,
    /// <summary>It is stored, and fails: nobody knows.</summary>
    CommitThenFail,
    /// <summary>It is stored, and nobody hears of it until <see cref="JournalFault.Release"/>.</summary>
    Hold,
}

/// <summary>One fault, armed.</summary>
internal sealed class JournalFault(JournalFaultKind kind, string? persistenceId, Type? holds, int times)
{
    private int _met;

    public JournalFaultKind Kind => kind;

    /// <summary>How many writes it has met.</summary>
    public int Met => Volatile.Read(ref _met);

    /// <summary>Ends when a write that it met stands in the database.</summary>
    public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the held answer go.</summary>
    public void Release() => Answer.TrySetResult();

    internal bool TryTake(IReadOnlyList<AtomicWrite> writes)
    {
        var isMeant = _met < times
            && (persistenceId is null || writes.Any(w => w.PersistenceId == persistenceId))
            && (holds is null || writes.Any(w => EventsOf(w).Any(holds.IsInstanceOfType)));
        _met += isMeant ? 1 : 0;
        return isMeant;
    }

    private static IEnumerable<object> EventsOf(AtomicWrite write) =>
        ((IEnumerable<IPersistentRepresentation>)write.Payload).Select(static p => p.Payload);
}
