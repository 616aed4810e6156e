namespace ActorLog.Testing.Processes;

/// <summary>What was sent: per connection the numbers whose send returned, and those that were under way when a connection broke.</summary>
public sealed class OracleLedger
{
    private readonly Dictionary<(int Sender, int Connection), Account> _accounts = [];

    /// <summary>Messages whose send returned.</summary>
    public long Sent
    {
        get
        {
            lock (_accounts)
            {
                return _accounts.Values.Sum(a => a.Next - a.UncertainCount);
            }
        }
    }

    /// <summary>Messages that may or may not have been taken.</summary>
    public long Uncertain
    {
        get
        {
            lock (_accounts)
            {
                return _accounts.Values.Sum(a => a.UncertainCount);
            }
        }
    }

    /// <summary>Every connection that sent, with how many numbers it used.</summary>
    public IReadOnlyList<(int Sender, int Connection, long Count)> Connections
    {
        get
        {
            lock (_accounts)
            {
                return [.. _accounts.Select(p => (p.Key.Sender, p.Key.Connection, p.Value.Next))];
            }
        }
    }

    /// <summary>Enters the next numbers of a connection as sent.</summary>
    public void EnterSent(int sender, int connection, long count) => Enter(sender, connection, count, uncertain: false);

    /// <summary>Enters the next numbers of a connection as under way when it broke.</summary>
    public void EnterUncertain(int sender, int connection, long count) => Enter(sender, connection, count, uncertain: true);

    /// <summary>Whether a number was under way when its connection broke.</summary>
    internal bool IsUncertain(int sender, int connection, long number)
    {
        lock (_accounts)
        {
            return _accounts.TryGetValue((sender, connection), out var account)
                && account.Ranges.Any(r => number >= r.From && number < r.To);
        }
    }

    private void Enter(int sender, int connection, long count, bool uncertain)
    {
        lock (_accounts)
        {
            if (!_accounts.TryGetValue((sender, connection), out var account))
            {
                _accounts.Add((sender, connection), account = new Account());
            }
            if (uncertain)
            {
                account.Ranges.Add((account.Next, account.Next + count));
                account.UncertainCount += count;
            }
            account.Next += count;
        }
    }

    private sealed class Account
    {
        public List<(long From, long To)> Ranges { get; } = [];

        public long Next { get; set; }

        public long UncertainCount { get; set; }
    }
}
