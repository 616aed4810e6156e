using System.IO.Compression;
using System.Text;

namespace ActorLog.Interop;

/// <summary>Lines as a receiver would write them, for tests of the verifier itself.</summary>
internal static class PlantedLog
{
    /// <summary>The line of a message, without its end.</summary>
    public static string Line(int sender, int connection, long number, string program = OracleLoad.DefaultProgram)
    {
        var bytes = new byte[OracleMessages.BytesMax];
        var length = new OracleMessages(sender, connection, "web1", OracleHeader.Bare, null, program).Write(bytes, number);
        return "Nov 23 05:50:00 web1 " + Encoding.ASCII.GetString(bytes, 0, length)["<142>".Length..];
    }

    /// <summary>Lines of a range of numbers of connection 0 of sender 0.</summary>
    public static List<string> Lines(long from, long to)
    {
        var lines = new List<string>();
        for (var n = from; n < to; n++)
        {
            lines.Add(Line(0, 0, n));
        }
        return lines;
    }

    /// <summary>A ledger of one connection.</summary>
    public static OracleLedger Ledger(long sent)
    {
        var ledger = new OracleLedger();
        ledger.EnterSent(0, 0, sent);
        return ledger;
    }

    /// <summary>Writes a file, each line with its end; compressed where the name says so.</summary>
    public static void Write(string path, IEnumerable<string> lines)
    {
        using var file = File.Create(path);
        using var stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file;
        foreach (var line in lines)
        {
            stream.Write(Encoding.ASCII.GetBytes(line + "\n"));
        }
    }
}
