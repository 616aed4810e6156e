using System.Collections.Concurrent;

namespace ActorLog.Node.Hosting;

/// <summary>
/// The node's books: every record that came in is delivered, spooled, in hand, or dropped for a reason, and the sums
/// must agree. Plain totals since the start; <c>Metrics</c> shows them, and nothing else counts records.
/// </summary>
public sealed class Ledger
{
    private readonly long[] _accounts = new long[Enum.GetValues<LedgerAccount>().Length];
    private readonly long[] _levels = new long[Enum.GetValues<LedgerLevel>().Length];
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private readonly ConcurrentDictionary<string, StrongBox> _received = new(StringComparer.Ordinal);

    /// <summary>Records taken from a source's socket, by the source's name.</summary>
    public IEnumerable<(string Source, long Records)> ReceivedBySource =>
        _received.Select(pair => (pair.Key, Volatile.Read(ref pair.Value.Records)));

    /// <summary>The total of one account.</summary>
    public long this[LedgerAccount account] => Volatile.Read(ref _accounts[(int)account]);

    /// <summary>Records dropped for one reason.</summary>
    public long this[DropReason reason] => Volatile.Read(ref _dropped[(int)reason]);

    /// <summary>What a level is now.</summary>
    public long this[LedgerLevel level] => Volatile.Read(ref _levels[(int)level]);

    /// <summary>Books records that came in by a source.</summary>
    public void Receive(string source, long records)
    {
        Interlocked.Add(ref _received.GetOrAdd(source, static _ => new StrongBox()).Records, records);
        Add(LedgerAccount.Received, records);
    }

    /// <summary>Books records (or what the account's documentation says) under an account.</summary>
    public void Add(LedgerAccount account, long amount) => Interlocked.Add(ref _accounts[(int)account], amount);

    /// <summary>Books records that were not kept.</summary>
    public void Drop(DropReason reason, long records) => Interlocked.Add(ref _dropped[(int)reason], records);

    /// <summary>Notes what a level is now.</summary>
    public void Set(LedgerLevel level, long now) => Volatile.Write(ref _levels[(int)level], now);

    private sealed class StrongBox
    {
        public long Records;
    }
}
