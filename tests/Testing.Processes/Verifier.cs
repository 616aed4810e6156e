using System.IO.Compression;
using System.Text;

namespace ActorLog.Testing.Processes;

/// <summary>Whether a line that bears no mark is none of the oracle's business.</summary>
public delegate bool ForeignLine(ReadOnlySpan<byte> line);

/// <summary>Reads every file below a folder, rotated and compressed ones too, and says what became of each message of a ledger. Millions of lines a second.</summary>
public sealed class Verifier
{
    private const int SamplesMax = 5;
    private const int SampleBytes = 400;
    private readonly ForeignLine _isForeign;
    private readonly Verification _result = new();
    private byte[] _buffer = new byte[1 << 20];

    private Verifier(ForeignLine isForeign) => _isForeign = isForeign;

    /// <summary>Reads the files below a folder and compares them with the ledger.</summary>
    /// <param name="folder">Every file below it counts; none is a folder without lines.</param>
    /// <param name="ledger">What was sent.</param>
    /// <param name="isForeign">Lines without a mark that may be there; by default none.</param>
    public static Verification Read(string folder, OracleLedger ledger, ForeignLine? isForeign = null)
    {
        var verifier = new Verifier(isForeign ?? (static _ => false));
        foreach (var log in SegmentFiles.Below(folder))
        {
            verifier._result.BeginLog();
            foreach (var file in log)
            {
                verifier.ReadFile(file);
            }
        }
        verifier._result.Compare(ledger);
        return verifier._result;
    }

    private void ReadFile(string file)
    {
        _result.Files++;
        using var plain = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        using var stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(plain, CompressionMode.Decompress) : (Stream)plain;
        var held = 0;
        int read;
        while ((read = stream.Read(_buffer, held, _buffer.Length - held)) > 0)
        {
            held += read;
            var used = ReadLines(_buffer.AsSpan(0, held));
            _buffer.AsSpan(used, held - used).CopyTo(_buffer);
            held -= used;
            if (held == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }
        if (held > 0)
        {
            // A line that has no end yet is torn, even if its message is whole.
            _result.Lines++;
            Torn(_buffer.AsSpan(0, held));
        }
    }

    private int ReadLines(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        int length;
        while ((length = bytes[at..].IndexOf((byte)'\n')) >= 0)
        {
            ReadLine(bytes.Slice(at, length));
            at += length + 1;
        }
        return at;
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        _result.Lines++;
        if (OracleMark.TryRead(line, out var mark))
        {
            _result.Enter(mark);
        }
        else if (line.IndexOf(OracleMark.Start) < 0 && _isForeign(line))
        {
            _result.Foreign++;
        }
        else
        {
            Torn(line);
        }
    }

    private void Torn(ReadOnlySpan<byte> line)
    {
        _result.Torn++;
        if (_result.Torn <= SamplesMax)
        {
            _result.Note("torn: " + Encoding.Latin1.GetString(line[..Math.Min(line.Length, SampleBytes)]));
        }
    }
}
