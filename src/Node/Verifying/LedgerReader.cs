using System.Globalization;
using System.Text;

namespace ActorLog.Node.Verifying;

/// <summary>Reads a ledger's file; <see cref="LedgerFile"/> has the format. Whatever does not follow from the lines before it is damage.</summary>
internal sealed class LedgerReader
{
    private const int FieldsMax = 5;
    private const int LineMax = 8192;
    private readonly string _path;
    private readonly OracleLedger _ledger;
    private readonly HashSet<int> _running = [];
    private readonly Dictionary<(int Sender, int Connection), long> _next = [];
    private int _line;

    private LedgerReader(string path, OracleLedger ledger)
    {
        _path = path;
        _ledger = ledger;
    }

    /// <summary>Reads a ledger into one that may hold others already; it may be growing meanwhile.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="LedgerException">It is damaged, or holds a sender that another ledger has.</exception>
    public static void Read(string path, OracleLedger ledger)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (Read(stream, path, ledger) == 0)
        {
            throw new LedgerException($"{path}: the ledger is empty: no sender has begun");
        }
    }

    /// <summary>Reads a ledger from its beginning.</summary>
    /// <returns>Bytes up to the end of the last whole line; what is behind it was never finished and does not count.</returns>
    internal static long Read(Stream stream, string path, OracleLedger ledger)
    {
        var reader = new LedgerReader(path, ledger);
        using var text = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var buffer = new char[64 * 1024];
        var line = new StringBuilder();
        var whole = 0L;
        int read;
        while ((read = text.Read(buffer)) > 0)
        {
            for (var at = 0; at < read;)
            {
                var end = Array.IndexOf(buffer, '\n', at, read - at);
                line.Append(buffer, at, (end < 0 ? read : end) - at);
                at = end < 0 ? read : end + 1;
                if (line.Length > LineMax)
                {
                    throw reader.Damaged($"behind this line follow more than {LineMax} characters without an end");
                }
                if (end >= 0)
                {
                    var finished = line.ToString();
                    whole += Encoding.UTF8.GetByteCount(finished) + 1;
                    reader.ReadLine(finished);
                    line.Clear();
                }
            }
        }
        return whole;
    }

    private void ReadLine(string line)
    {
        _line++;
        if (_line == 1)
        {
            if (line != LedgerFile.Header)
            {
                throw Damaged($"is no ledger: the first line is not '{LedgerFile.Header}'");
            }
            return;
        }
        var fields = line.Split(' ', FieldsMax);
        switch (fields[0])
        {
            case LedgerFile.BeginWord:
                if (fields.Length != FieldsMax)
                {
                    throw Damaged("a sender's line has five fields");
                }
                Begin(fields);
                break;
            case LedgerFile.SentWord or LedgerFile.UncertainWord:
                if (fields.Length != FieldsMax)
                {
                    throw Damaged("an entry has five fields");
                }
                Enter(fields);
                break;
            case LedgerFile.EndWord:
                if (fields.Length != 2)
                {
                    throw Damaged("an end has two fields");
                }
                var sender = (int)Number(fields[1], OracleMark.SenderMax);
                if (!_running.Remove(sender))
                {
                    throw Damaged($"sender {sender} is not running here");
                }
                _ledger.End(sender);
                break;
            default:
                throw Damaged("begins with no word of a ledger");
        }
    }

    private void Begin(string[] fields)
    {
        var sender = new OracleSender(
            (int)Number(fields[1], OracleMark.SenderMax),
            (int)Number(fields[2], OracleMark.ConnectionMax + 1),
            fields[3] == LedgerFile.NoHost ? null : fields[3],
            fields[4]);
        if (_ledger.Knows(sender.Id))
        {
            throw Damaged($"sender {sender.Id} stands twice: the same ledger given twice, or two senders of one number");
        }
        _running.Add(sender.Id);
        _ledger.Begin(sender);
        for (var connection = 0; connection < sender.Connections; connection++)
        {
            _next.Add((sender.Id, connection), 0);
        }
    }

    private void Enter(string[] fields)
    {
        var key = (Sender: (int)Number(fields[1], OracleMark.SenderMax), Connection: (int)Number(fields[2], OracleMark.ConnectionMax));
        var from = Number(fields[3], OracleMark.NumberMax);
        var to = Number(fields[4], OracleMark.NumberMax + 1);
        if (!_running.Contains(key.Sender))
        {
            throw Damaged($"sender {key.Sender} is not running here");
        }
        if (!_next.TryGetValue(key, out var next))
        {
            throw Damaged($"sender {key.Sender} has no connection {key.Connection}");
        }
        if (from != next || to <= from)
        {
            throw Damaged($"numbers from {next} on must follow, not {from} to {to}");
        }
        _next[key] = to;
        if (fields[0] == LedgerFile.SentWord)
        {
            _ledger.EnterSent(key.Sender, key.Connection, to - from);
        }
        else
        {
            _ledger.EnterUncertain(key.Sender, key.Connection, to - from);
        }
    }

    private long Number(string field, long max)
    {
        var isNumber = long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (!isNumber || number > max)
        {
            throw Damaged($"'{field}' is no number up to {max}");
        }
        return number;
    }

    private LedgerException Damaged(string complaint) => new($"{_path}:{_line}: {complaint}");
}
