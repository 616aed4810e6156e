using System.Buffers.Text;
using System.Text;

namespace ActorLog.Node.Verifying;

/// <summary>How a message of the oracle is dressed.</summary>
public enum OracleHeader
{
    /// <summary>As gunicorn sends: PRI and text.</summary>
    Bare,
    /// <summary>RFC 3164 with time and host.</summary>
    Rfc3164,
    /// <summary>RFC 5424.</summary>
    Rfc5424,
}

/// <summary>How messages are told apart on a stream.</summary>
public enum OracleFraming
{
    /// <summary>As Python's handler: a NUL.</summary>
    Nul,
    /// <summary>A line feed.</summary>
    LineFeed,
    /// <summary>Octet counting (RFC 6587, section 3.4.1).</summary>
    OctetCounting,
}

/// <summary>Writes gunicorn-like access records, each of which names itself. One instance per connection; the same seed gives the same bytes.</summary>
public sealed class OracleMessages
{
    /// <summary>Bytes that one message takes at most, its frame included.</summary>
    public const int BytesMax = 1600;

    private const int Templates = 512;
    private static readonly byte[][] Bodies = MakeBodies();
    private readonly byte[] _head;
    private readonly byte[] _scratch = new byte[BytesMax];
    private readonly OracleFraming? _framing;
    private readonly int _sender;
    private readonly int _connection;

    /// <summary>For one connection.</summary>
    /// <param name="sender">Which call of Send.</param>
    /// <param name="connection">Which of its connections.</param>
    /// <param name="host">The header's host, where it has one.</param>
    /// <param name="header">How a message is dressed.</param>
    /// <param name="framing">Null for datagrams.</param>
    /// <param name="program">The program that they come from.</param>
    public OracleMessages(
        int sender, int connection, string host, OracleHeader header, OracleFraming? framing, string program = OracleLoad.DefaultProgram)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sender, OracleMark.SenderMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(connection, OracleMark.ConnectionMax);
        _sender = sender;
        _connection = connection;
        _framing = framing;
        var client = $"203.0.113.{connection % 250} - - ";
        _head = Encoding.ASCII.GetBytes(header switch
        {
            OracleHeader.Rfc3164 => $"<142>May 27 17:51:21 {host} {program}: [4711] {client}",
            OracleHeader.Rfc5424 => $"<142>1 2026-05-27T17:51:21.003Z {host} {program} 4711 - - {client}",
            _ => $"<142>{program}: [4711] {client}",
        });
    }

    /// <summary>Writes the message of this number, frame included.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> to, long number)
    {
        var at = 0;
        _head.CopyTo(_scratch, at);
        at += _head.Length;
        ReadOnlySpan<byte> body = Bodies[(int)((number + (_connection * 7L)) % Templates)];
        body.CopyTo(_scratch.AsSpan(at));
        at += body.Length;
        at += new OracleMark(_sender, _connection, number).Write(_scratch.AsSpan(at), body);
        _scratch[at++] = (byte)'"';
        var frame = 0;
        if (_framing == OracleFraming.OctetCounting)
        {
            Utf8Formatter.TryFormat(at, to, out frame);
            to[frame++] = (byte)' ';
        }
        _scratch.AsSpan(0, at).CopyTo(to[frame..]);
        frame += at;
        if (_framing is OracleFraming.Nul or OracleFraming.LineFeed)
        {
            to[frame++] = _framing == OracleFraming.Nul ? (byte)0 : (byte)'\n';
        }
        return frame;
    }

    private static byte[][] MakeBodies()
    {
        string[] words = ["usb", "cable", "lamp", "desk", "chair", "wool", "steel", "mug", "book", "garden", "oak", "summer", "jacket", "kids"];
        string[] agents = ["Mozilla/5.0 (X11; Linux x86_64) Firefox/138.0", "curl/8.5.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)"];
        int[] states = [200, 200, 200, 304, 404, 500];
        var random = new Random(20150527);
        var bodies = new byte[Templates][];
        for (var i = 0; i < Templates; i++)
        {
            var path = random.Next(4) switch
            {
                0 => $"/product/{random.Next(90_000)}-{Word()}-{Word()}",
                1 => $"/cart/{random.Next(900_000)}",
                2 => $"/search?q={Word()}+{Word()}&page={random.Next(9)}",
                _ => $"/api/v1/orders/{random.Next(9_000_000)}",
            };
            bodies[i] = Encoding.ASCII.GetBytes(
                $"[27/May/2026:17:{random.Next(60):00}:{random.Next(60):00} +0000] \"GET {path} HTTP/1.1\" {states[random.Next(states.Length)]} "
                + $"{random.Next(90_000)} \"https://shop.example/{Word()}/{random.Next(20_000)}\" \"{agents[random.Next(agents.Length)]} ");
        }
        return bodies;

        string Word() => words[random.Next(words.Length)];
    }
}
