namespace ActorLog.Node.Verifying;

/// <summary>What was sent: per connection the numbers whose send returned, and those that were under way when a connection broke.</summary>
public sealed class OracleLedger
{
    private readonly Dictionary<(int Sender, int Connection), OracleAccount> _accounts = [];
    private readonly Dictionary<int, OracleSender> _senders = [];
    private readonly LedgerFile? _file;

    /// <summary>One in memory.</summary>
    public OracleLedger()
    {
    }

    /// <summary>One that is also kept in a file, entry by entry.</summary>
    internal OracleLedger(LedgerFile file) => _file = file;

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

    /// <summary>The senders that said what they are.</summary>
    internal IReadOnlyList<OracleSender> Senders
    {
        get
        {
            lock (_accounts)
            {
                return [.. _senders.Values];
            }
        }
    }

    /// <summary>Enters the next numbers of a connection as sent.</summary>
    public void EnterSent(int sender, int connection, long count) => Enter(sender, connection, count, isUncertain: false);

    /// <summary>Enters the next numbers of a connection as under way when it broke.</summary>
    public void EnterUncertain(int sender, int connection, long count) => Enter(sender, connection, count, isUncertain: true);

    /// <summary>Enters a sender ahead of its first message.</summary>
    /// <exception cref="ArgumentException">There is one of this number already.</exception>
    internal void Begin(OracleSender sender)
    {
        lock (_accounts)
        {
            _senders.Add(sender.Id, sender);
            for (var connection = 0; connection < sender.Connections; connection++)
            {
                var host = sender.Host is null ? null : OracleSender.HostOf(sender.Host, connection);
                _accounts.Add((sender.Id, connection), new OracleAccount(host, isOpen: true));
            }
            _file?.Begin(sender);
        }
    }

    /// <summary>Enters that a sender sends no more.</summary>
    internal void End(int sender)
    {
        lock (_accounts)
        {
            foreach (var (key, account) in _accounts)
            {
                account.IsOpen &= key.Sender != sender;
            }
            _file?.End(sender);
        }
    }

    /// <summary>Whether the sender is in the ledger.</summary>
    internal bool Knows(int sender)
    {
        lock (_accounts)
        {
            return _senders.ContainsKey(sender);
        }
    }

    /// <summary>The host of a connection's messages; null where they have none, or nobody knows the connection.</summary>
    internal string? HostOf(int sender, int connection)
    {
        lock (_accounts)
        {
            return _accounts.GetValueOrDefault((sender, connection))?.Host;
        }
    }

    /// <summary>All accounts as they are now.</summary>
    internal Dictionary<(int Sender, int Connection), OracleAccount> Copy()
    {
        lock (_accounts)
        {
            return _accounts.ToDictionary(p => p.Key, p => p.Value.Copy());
        }
    }

    private void Enter(int sender, int connection, long count, bool isUncertain)
    {
        if (count == 0)
        {
            return;
        }
        lock (_accounts)
        {
            if (!_accounts.TryGetValue((sender, connection), out var account))
            {
                _accounts.Add((sender, connection), account = new OracleAccount(null, isOpen: false));
            }
            var from = account.Next;
            account.Enter(count, isUncertain);
            _file?.Enter(new LedgerEntry(sender, connection, from, account.Next, isUncertain));
        }
    }
}
