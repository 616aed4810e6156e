using System.Numerics;

namespace ActorLog.Testing.Processes;

/// <summary>What a <see cref="Verifier"/> found.</summary>
public sealed class Verification
{
    private const int SamplesMax = 20;
    private readonly Dictionary<(int Sender, int Connection), Seen> _seen = [];
    private readonly List<string> _samples = [];
    private (int Sender, int Connection) _lastKey = (-1, -1);
    private Seen? _last;
    private int _log;

    /// <summary>Files read.</summary>
    public int Files { get; internal set; }

    /// <summary>Lines in them.</summary>
    public long Lines { get; internal set; }

    /// <summary>Different messages found.</summary>
    public long Unique { get; private set; }

    /// <summary>Messages in the ledger as sent that stand nowhere.</summary>
    public long Missing { get; private set; }

    /// <summary>Messages under way when their connection broke that stand nowhere: no fault.</summary>
    public long UncertainMissing { get; private set; }

    /// <summary>Copies beyond the first.</summary>
    public long Duplicate { get; private set; }

    /// <summary>Lines cut short, grown together, changed, or without their end.</summary>
    public long Torn { get; internal set; }

    /// <summary>Messages behind a later one of the same connection in the same log.</summary>
    public long Inverted { get; private set; }

    /// <summary>Whole messages that the ledger does not know.</summary>
    public long Unknown { get; private set; }

    /// <summary>Lines that are none of the oracle's.</summary>
    public long Foreign { get; internal set; }

    /// <summary>Exactly once, whole and in order: every message of the ledger, and nothing that it does not know.</summary>
    public bool IsExact => Missing == 0 && AtMostOnce;

    /// <summary>Nothing twice, torn, out of order or unknown; what is missing does not count.</summary>
    public bool AtMostOnce => Duplicate == 0 && Torn == 0 && Inverted == 0 && Unknown == 0;

    /// <summary>How many messages found here stand nowhere in the other one.</summary>
    public long CountNotIn(Verification other)
    {
        var count = 0L;
        foreach (var (key, seen) in _seen)
        {
            var theirs = other._seen.GetValueOrDefault(key);
            for (var i = 0; i < seen.Bits.Length; i++)
            {
                var have = theirs is not null && i < theirs.Bits.Length ? theirs.Bits[i] : 0;
                count += BitOperations.PopCount(seen.Bits[i] & ~have);
            }
        }
        return count;
    }

    /// <summary>For a failing assertion.</summary>
    public override string ToString() =>
        $"{Files} files, {Lines} lines: {Unique} messages, {Missing} missing, {Duplicate} duplicate, {Torn} torn, {Inverted} out of order, "
        + $"{Unknown} unknown, {Foreign} foreign, {UncertainMissing} uncertain and missing"
        + string.Concat(_samples.Select(s => "\n  " + s));

    internal void Note(string sample)
    {
        if (_samples.Count < SamplesMax)
        {
            _samples.Add(sample);
        }
    }

    /// <summary>Order holds within one log: a connection's messages may go to several.</summary>
    internal void BeginLog() => _log++;

    internal void Enter(in OracleMark mark)
    {
        var key = (mark.Sender, mark.Connection);
        if (_last is null || key != _lastKey)
        {
            if (!_seen.TryGetValue(key, out _last))
            {
                _seen.Add(key, _last = new Seen());
            }
            _lastKey = key;
        }
        if (!_last.Add(mark.Number))
        {
            Duplicate++;
            Note($"duplicate: {mark}");
            return;
        }
        Unique++;
        if (_last.Log == _log && mark.Number < _last.Highest)
        {
            Inverted++;
            Note($"out of order: {mark} after {_last.Highest}");
        }
        _last.Highest = _last.Log == _log ? Math.Max(_last.Highest, mark.Number) : mark.Number;
        _last.Log = _log;
    }

    internal void Compare(OracleLedger ledger)
    {
        var known = new HashSet<(int, int)>();
        foreach (var (sender, connection, count) in ledger.Connections)
        {
            known.Add((sender, connection));
            _seen.TryGetValue((sender, connection), out var seen);
            for (var n = 0L; n < count; n++)
            {
                if (seen is not null && seen.Has(n))
                {
                    continue;
                }
                if (ledger.IsUncertain(sender, connection, n))
                {
                    UncertainMissing++;
                    continue;
                }
                Missing++;
                Note($"missing: {new OracleMark(sender, connection, n)}");
            }
            Unknown += seen?.CountFrom(count) ?? 0;
        }
        Unknown += _seen.Where(p => !known.Contains(p.Key)).Sum(p => p.Value.CountFrom(0));
    }

    private sealed class Seen
    {
        public ulong[] Bits { get; private set; } = new ulong[1024];

        public long Highest { get; set; } = -1;

        public int Log { get; set; }

        public bool Add(long number)
        {
            var (word, bit) = ((int)(number >> 6), 1UL << (int)(number & 63));
            if (word >= Bits.Length)
            {
                var bits = Bits;
                Array.Resize(ref bits, Math.Max(word + 1, bits.Length * 2));
                Bits = bits;
            }
            var isNew = (Bits[word] & bit) == 0;
            Bits[word] |= bit;
            return isNew;
        }

        public bool Has(long number) => (number >> 6) < Bits.Length && (Bits[(int)(number >> 6)] & (1UL << (int)(number & 63))) != 0;

        public long CountFrom(long number)
        {
            var count = 0L;
            for (var n = number; n < Bits.Length * 64L; n++)
            {
                count += Has(n) ? 1 : 0;
            }
            return count;
        }
    }
}
