using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ActorLog.Node.Verifying;

/// <summary>
/// The mark that ends each message of the oracle's senders. A line found in any file can be checked by itself, whatever the receiver wrote before it.
/// <code>
///   body actorlog-mark=SSSSSSSSS:CCCC:NNNNNNNNNN:LLL:XXXXXXXX"
///   S sender, C connection, N number from 0, L bytes of the body, X CRC-32C of the body and of "SSSSSSSSS:CCCC:NNNNNNNNNN" (hex)
/// </code>
/// </summary>
/// <param name="Sender">Which call of Send.</param>
/// <param name="Connection">Which of its connections.</param>
/// <param name="Number">Which message of the connection, without gaps.</param>
public readonly record struct OracleMark(int Sender, int Connection, long Number)
{
    /// <summary>Bytes of a mark.</summary>
    public const int Length = CrcAt + 8;

    /// <summary>The highest sender.</summary>
    public const int SenderMax = 999_999_999;

    /// <summary>The highest connection.</summary>
    public const int ConnectionMax = 9999;

    /// <summary>The highest number.</summary>
    public const long NumberMax = 9_999_999_999;

    /// <summary>Longest body, in bytes.</summary>
    public const int BodyMax = 999;

    private const int SenderDigits = 9;
    private const int ConnectionDigits = 4;
    private const int NumberDigits = 10;
    private const int BodyDigits = 3;
    private const int IdAt = 14;
    private const int ConnectionAt = IdAt + SenderDigits + 1;
    private const int NumberAt = ConnectionAt + ConnectionDigits + 1;
    private const int IdLength = NumberAt + NumberDigits - IdAt;
    private const int BodyAt = IdAt + IdLength + 1;
    private const int CrcAt = BodyAt + BodyDigits + 1;

    /// <summary>What every mark begins with, and nothing else in a line may hold.</summary>
    public static ReadOnlySpan<byte> Start => "actorlog-mark="u8;

    /// <summary>Writes the mark behind its body.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> to, ReadOnlySpan<byte> body)
    {
        Start.CopyTo(to);
        Digits(to[IdAt..], Sender, SenderDigits);
        to[ConnectionAt - 1] = (byte)':';
        Digits(to[ConnectionAt..], Connection, ConnectionDigits);
        to[NumberAt - 1] = (byte)':';
        Digits(to[NumberAt..], Number, NumberDigits);
        to[BodyAt - 1] = (byte)':';
        Digits(to[BodyAt..], body.Length, BodyDigits);
        to[CrcAt - 1] = (byte)':';
        Utf8Formatter.TryFormat(Crc(body, to.Slice(IdAt, IdLength)), to[CrcAt..], out _, new('x', 8));
        return Length;
    }

    /// <summary>Reads and checks the mark at the end of a line.</summary>
    /// <returns>False if the line holds no mark or one that does not fit its body, or anything stands behind it, or two lines grew into one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out OracleMark mark)
    {
        mark = default;
        var at = line.Length - Length - 1;
        if (at < 0 || line[^1] != (byte)'"' || !line[at..].StartsWith(Start))
        {
            return false;
        }
        var text = line.Slice(at, Length);
        if (!TryDigits(text.Slice(IdAt, SenderDigits), out var sender)
            || !TryDigits(text.Slice(ConnectionAt, ConnectionDigits), out var connection)
            || !TryDigits(text.Slice(NumberAt, NumberDigits), out var number)
            || !TryDigits(text.Slice(BodyAt, BodyDigits), out var body)
            || text[BodyAt - 1] != (byte)':' || text[CrcAt - 1] != (byte)':' || body > at
            || !Utf8Parser.TryParse(text[CrcAt..], out uint crc, out var read, 'x') || read != 8)
        {
            return false;
        }
        var start = at - (int)body;
        mark = new OracleMark((int)sender, (int)connection, number);
        return crc == Crc(line[start..at], text.Slice(IdAt, IdLength)) && line[..start].IndexOf(Start) < 0;
    }

    /// <summary>The mark's name, as it stands in lines.</summary>
    public override string ToString() => $"{Sender:D9}:{Connection:D4}:{Number:D10}";

    private static uint Crc(ReadOnlySpan<byte> body, ReadOnlySpan<byte> id) => Crc(Crc(0xFFFF_FFFF, body), id);

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }
        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return crc;
    }

    private static void Digits(Span<byte> to, long value, int width)
    {
        for (var i = width - 1; i >= 0; i--)
        {
            to[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        foreach (var b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
            value = (value * 10) + (b - '0');
        }
        return true;
    }
}
