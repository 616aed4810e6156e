namespace ActorLog.Node.Verifying;

/// <summary>What the ledger has of one connection. Its owner sees to it that one thread at a time uses it.</summary>
/// <param name="host">The host of its messages; null where they have none.</param>
/// <param name="isOpen">Whether the sender has not yet said that it is at its end.</param>
internal sealed class OracleAccount(string? host, bool isOpen)
{
    private readonly List<(long From, long To)> _uncertain = [];

    /// <summary>The host of its messages; null where they have none.</summary>
    public string? Host { get; } = host;

    /// <summary>
    /// Whether messages beyond <see cref="Next"/> may have been sent: the sender runs, or was killed between a send and its entry.
    /// </summary>
    public bool IsOpen { get; set; } = isOpen;

    /// <summary>How many numbers were used: all below are entered, sent or uncertain.</summary>
    public long Next { get; private set; }

    /// <summary>How many of them were under way when the connection broke.</summary>
    public long UncertainCount { get; private set; }

    /// <summary>The numbers under way, in rising order.</summary>
    public IReadOnlyList<(long From, long To)> Uncertain => _uncertain;

    /// <summary>Enters the next numbers.</summary>
    public void Enter(long count, bool isUncertain)
    {
        if (isUncertain)
        {
            _uncertain.Add((Next, Next + count));
            UncertainCount += count;
        }
        Next += count;
    }

    /// <summary>A copy that nobody changes.</summary>
    public OracleAccount Copy()
    {
        var copy = new OracleAccount(Host, IsOpen) { Next = Next, UncertainCount = UncertainCount };
        copy._uncertain.AddRange(_uncertain);
        return copy;
    }
}
