using System.Collections.Concurrent;

namespace ActorLog.Node.Hosting;

/// <summary>
/// The node's books: every record that came in is delivered, spooled, in hand, or dropped for a reason, and the sums
/// must agree. Plain totals since the start; <c>Metrics</c> shows them, <c>LedgerKeeper</c> keeps them on disk, and nothing
/// else counts records. A drop is booked and noted as a gap in one call, so that none can be counted and not said.
/// </summary>
public sealed class Ledger
{
    private const int RunCharacters = 12;
    private readonly TimeProvider _time;
    private readonly long[] _accounts = new long[Enum.GetValues<LedgerAccount>().Length];
    private readonly long[] _levels = new long[Enum.GetValues<LedgerLevel>().Length];
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private readonly ConcurrentDictionary<string, StrongBox> _received = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, OriginTotal> _origins = new(StringComparer.Ordinal);

    /// <summary>The books of a run that begins.</summary>
    public Ledger()
        : this(TimeProvider.System)
    {
    }

    internal Ledger(TimeProvider time)
    {
        _time = time;
        Gaps = new GapBook(Run);
    }

    /// <summary>Names this run of the node.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N")[..RunCharacters];

    /// <summary>What was dropped and is to be said in records.</summary>
    internal GapBook Gaps { get; }

    /// <summary>What this run has spooled, by origin.</summary>
    internal ICollection<OriginTotal> Spooled => _origins.Values;

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

    /// <summary>Books records that were not kept, and notes the gap.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="records">How many.</param>
    /// <param name="source">Where: a source's name, the spool, an origin, a sink.</param>
    /// <param name="since">When the loss can have begun, where it is only known later; else now.</param>
    public void Drop(DropReason reason, long records, string source, DateTimeOffset? since = null)
    {
        if (records > 0)
        {
            var now = _time.GetUtcNow();
            Interlocked.Add(ref _dropped[(int)reason], records);
            Gaps.Note(reason, source, records, (since ?? now).UtcTicks, now.UtcTicks);
        }
    }

    /// <summary>Books records as spooled by an origin, up to a number.</summary>
    internal void Spool(string origin, long last, long records)
    {
        Add(LedgerAccount.Spooled, records);
        _origins.AddOrUpdate(
            origin, static (_, added) => added, static (_, total, added) => added with { Records = total.Records + added.Records },
            new OriginTotal(origin, last, records));
    }

    /// <summary>Books a source's total as it was read back; the sum has an account of its own.</summary>
    internal void RestoreReceived(string source, long records) => _received[source] = new StrongBox { Records = records };

    /// <summary>Books a total as it was read back from a durable ledger; no gap comes of it.</summary>
    internal void RestoreDropped(DropReason reason, long records) => Interlocked.Add(ref _dropped[(int)reason], records);

    /// <summary>Notes what a level is now.</summary>
    public void Set(LedgerLevel level, long now) => Volatile.Write(ref _levels[(int)level], now);

    private sealed class StrongBox
    {
        public long Records;
    }
}

/// <summary>What one origin has spooled.</summary>
/// <param name="Origin">The origin.</param>
/// <param name="Last">The highest number.</param>
/// <param name="Records">Records in all its blocks, which is the ordinal behind the last.</param>
internal sealed record OriginTotal(string Origin, long Last, long Records);
