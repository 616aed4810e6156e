using System.Text;
using System.Text.RegularExpressions;

namespace ActorLog.Node.Verifying;

/// <summary>What a <see cref="Verifier"/> found.</summary>
public sealed class Verification
{
    private readonly Dictionary<(int Sender, int Connection), SeenConnection> _seen = [];
    private readonly Dictionary<string, Regex> _paths = new(StringComparer.Ordinal);
    private readonly OracleLedger _ledger;
    private readonly VerifierSettings _settings;
    private (int Sender, int Connection) _lastKey = (-1, -1);
    private SeenConnection? _last;
    private int _log;
    private string _logPath = "";
    private string _file = "";

    internal Verification(OracleLedger ledger, VerifierSettings settings)
    {
        _ledger = ledger;
        _settings = settings;
    }

    /// <summary>Files read.</summary>
    public int Files { get; private set; }

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
    public long Torn { get; private set; }

    /// <summary>Messages behind a later one of the same connection in the same log.</summary>
    public long Inverted { get; private set; }

    /// <summary>Whole messages that the ledger does not know.</summary>
    public long Unknown { get; private set; }

    /// <summary>Lines that are none of the oracle's.</summary>
    public long Foreign { get; internal set; }

    /// <summary>Messages in a file that is not their host's.</summary>
    public long Misfiled { get; private set; }

    /// <summary>Control characters that no line holds raw.</summary>
    public long ControlBytes { get; private set; }

    /// <summary>Links that lead out of the folder.</summary>
    public long Outside { get; private set; }

    /// <summary>Last lines of active segments that had no end yet, and were not counted.</summary>
    public long Unfinished { get; internal set; }

    /// <summary>Exactly once, whole, in order and in place: every message of the ledger, and nothing that it does not know.</summary>
    public bool IsExact => Missing == 0 && AtMostOnce && Misfiled == 0 && ControlBytes == 0 && Outside == 0;

    /// <summary>Nothing twice, torn, out of order or unknown; what is missing does not count.</summary>
    public bool AtMostOnce => Duplicate == 0 && Torn == 0 && Inverted == 0 && Unknown == 0;

    /// <summary>The first findings of each kind.</summary>
    internal FindingSamples Samples { get; } = new();

    /// <summary>Where the line that is read begins; in a compressed file as if it were not.</summary>
    internal long Offset { get; set; }

    /// <summary>How many messages found here stand nowhere in the other one.</summary>
    public long CountNotIn(Verification other) =>
        _seen.Sum(p => p.Value.Numbers.CountNotIn(other._seen.GetValueOrDefault(p.Key)?.Numbers));

    /// <summary>For a failing assertion.</summary>
    public override string ToString() =>
        $"{Files} files, {Lines} lines: {Unique} messages, {Missing} missing, {Duplicate} duplicate, {Torn} torn, {Inverted} out of order, "
        + $"{Unknown} unknown, {Foreign} foreign, {Misfiled} in another host's file, {ControlBytes} control bytes, {Outside} links outside, "
        + $"{UncertainMissing} uncertain and missing"
        + string.Concat(Samples.Lines.Select(s => "\n  " + s));

    /// <summary>The connections that were found, of one sender.</summary>
    internal IEnumerable<SeenConnection> Of(int sender) => _seen.Where(p => p.Key.Sender == sender).Select(p => p.Value);

    /// <summary>Order holds within one log: a connection's messages may go to several.</summary>
    internal void BeginLog(string path)
    {
        _log++;
        _logPath = path;
    }

    internal void BeginFile(string path)
    {
        Files++;
        _file = path;
        Offset = 0;
    }

    internal void Enter(in OracleMark mark)
    {
        var seen = Find(mark);
        if (seen.IsStranger)
        {
            Foreign++;
            return;
        }
        if (!seen.Numbers.Add(mark.Number))
        {
            Duplicate++;
            seen.Duplicate++;
            Note(Finding.Duplicated, mark);
            return;
        }
        Unique++;
        seen.Unique++;
        JudgeOrder(mark, seen);
        JudgePlace(mark, seen);
    }

    internal void EnterTorn(ReadOnlySpan<byte> line)
    {
        Torn++;
        if (Samples.Wants(Finding.Torn))
        {
            Samples.Add(Finding.Torn, $"{_file} at byte {Offset}: {FindingSamples.Text(line)}");
        }
    }

    internal void EnterControls(int count, int first, ReadOnlySpan<byte> line)
    {
        ControlBytes += count;
        if (Samples.Wants(Finding.ControlBytes))
        {
            Samples.Add(Finding.ControlBytes, $"{_file} at byte {Offset + first}: {FindingSamples.Text(line[first..])}");
        }
    }

    internal void EnterOutside(string link)
    {
        Outside++;
        if (Samples.Wants(Finding.Outside))
        {
            Samples.Add(Finding.Outside, link);
        }
    }

    /// <summary>Sets what was found against the ledger as it is now.</summary>
    internal void Compare()
    {
        var accounts = _ledger.Copy();
        foreach (var (key, account) in accounts)
        {
            CompareGaps(key, account, Find(new OracleMark(key.Sender, key.Connection, 0)));
        }
        foreach (var (key, seen) in _seen)
        {
            var account = accounts.GetValueOrDefault(key);
            var beyond = account?.IsOpen == true ? 0 : seen.Numbers.CountFrom(account?.Next ?? 0);
            Unknown += beyond;
            if (beyond > 0 && Samples.Wants(Finding.Unknown))
            {
                Samples.Add(Finding.Unknown, $"{beyond} from {new OracleMark(key.Sender, key.Connection, account?.Next ?? 0)} on");
            }
        }
    }

    private void CompareGaps((int Sender, int Connection) key, OracleAccount account, SeenConnection seen)
    {
        var uncertain = 0;
        foreach (var gap in seen.Numbers.Gaps(account.Next))
        {
            for (var from = gap.From; from < gap.To;)
            {
                while (uncertain < account.Uncertain.Count && account.Uncertain[uncertain].To <= from)
                {
                    uncertain++;
                }
                var next = uncertain < account.Uncertain.Count ? account.Uncertain[uncertain] : (From: long.MaxValue, To: long.MaxValue);
                var isLost = from < next.From;
                var to = Math.Min(gap.To, isLost ? next.From : next.To);
                if (isLost)
                {
                    Missing += to - from;
                    seen.Missing += to - from;
                    NoteLost(new OracleMark(key.Sender, key.Connection, from), to - from);
                }
                else
                {
                    UncertainMissing += to - from;
                    seen.UncertainMissing += to - from;
                }
                from = to;
            }
        }
    }

    private SeenConnection Find(in OracleMark mark)
    {
        var key = (mark.Sender, mark.Connection);
        if (_last is null || key != _lastKey)
        {
            if (!_seen.TryGetValue(key, out _last))
            {
                var host = _settings.Path is { UsesHost: true } ? _ledger.HostOf(mark.Sender, mark.Connection) : null;
                _last = new SeenConnection(host, _settings.AllowStrangers && !_ledger.Knows(mark.Sender));
                _seen.Add(key, _last);
            }
            _lastKey = key;
        }
        return _last;
    }

    private void JudgeOrder(in OracleMark mark, SeenConnection seen)
    {
        var isSameLog = seen.Last.Log == _log;
        if (isSameLog && mark.Number < seen.Last.Highest)
        {
            Inverted++;
            seen.Inverted++;
            Note(Finding.OutOfOrder, mark);
            return;
        }
        seen.Last = (_log, mark.Number);
    }

    private void JudgePlace(in OracleMark mark, SeenConnection seen)
    {
        if (seen.Host is null)
        {
            return;
        }
        if (seen.Judged.Log != _log)
        {
            if (!_paths.TryGetValue(seen.Host, out var path))
            {
                _paths.Add(seen.Host, path = _settings.Path!.PathsOf(Encoding.UTF8.GetBytes(seen.Host)));
            }
            seen.Judged = (_log, path.IsMatch(_logPath));
        }
        if (!seen.Judged.Fits)
        {
            Misfiled++;
            seen.Misfiled++;
            Note(Finding.Foreign, mark);
        }
    }

    private void Note(Finding finding, in OracleMark mark)
    {
        if (Samples.Wants(finding))
        {
            Samples.Add(finding, $"{mark} in {_file} at byte {Offset}");
        }
    }

    private void NoteLost(in OracleMark first, long count)
    {
        if (Samples.Wants(Finding.Lost))
        {
            Samples.Add(Finding.Lost, count == 1 ? $"{first}" : $"{first} and the {count - 1} behind it");
        }
    }
}
