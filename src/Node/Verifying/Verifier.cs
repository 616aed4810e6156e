using System.IO.Compression;
using System.Text;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Verifying;

/// <summary>Reads every file below a folder, rotated and compressed ones too, and says what became of each message of a ledger. Millions of lines a second.</summary>
public sealed class Verifier
{
    private readonly VerifierSettings _settings;
    private readonly Verification _result;
    private byte[] _buffer = new byte[1 << 20];

    private Verifier(OracleLedger ledger, VerifierSettings settings)
    {
        _settings = settings;
        _result = new Verification(ledger, settings);
    }

    /// <summary>Reads the files below a folder and compares them with the ledger.</summary>
    /// <param name="folder">Every file below it counts; none is a folder without lines.</param>
    /// <param name="ledger">What was sent.</param>
    /// <param name="isForeign">Lines without a mark that may be there; by default none.</param>
    public static Verification Read(string folder, OracleLedger ledger, ForeignLine? isForeign = null) =>
        Read([folder], ledger, isForeign is null ? new VerifierSettings() : new VerifierSettings { IsForeign = isForeign });

    /// <summary>Reads the files below folders and compares them with the ledger.</summary>
    /// <exception cref="IOException">Something cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    internal static Verification Read(IEnumerable<string> folders, OracleLedger ledger, VerifierSettings settings)
    {
        var verifier = new Verifier(ledger, settings);
        var found = FolderFiles.Below(folders);
        foreach (var link in found.Outside)
        {
            verifier._result.EnterOutside(link);
        }
        foreach (var (log, segments) in SegmentFiles.Logs(found.Files))
        {
            verifier.ReadLog(log, segments);
        }
        verifier._result.Compare();
        return verifier._result;
    }

    private void ReadLog(string log, IReadOnlyList<string> segments)
    {
        _result.BeginLog(log);
        using var active = _settings.IsRunning ? Hold(log, ref segments) : null;
        foreach (var file in segments)
        {
            using var stream = active is not null && file == log ? active : Open(file);
            Read(stream, isActive: file == log);
        }
    }

    /// <summary>Opens the active segment at a moment when the others are those listed: a seal in between would hide a segment.</summary>
    private static FileStream? Hold(string log, ref IReadOnlyList<string> segments)
    {
        while (true)
        {
            var before = segments;
            var active = File.Exists(log) ? TryOpen(log) : null;
            segments = SegmentFiles.Of(log);
            if (before.Select(SegmentFiles.Plain).SequenceEqual(segments.Select(SegmentFiles.Plain), StringComparer.Ordinal))
            {
                return active;
            }
            active?.Dispose();
        }
    }

    /// <summary>Opens a segment, which may have been compressed since it was listed.</summary>
    private static FileStream Open(string file) =>
        TryOpen(file) ?? TryOpen(file + ".gz") ?? throw new FileNotFoundException($"'{file}' was deleted while the files were read");

    private static FileStream? TryOpen(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private void Read(FileStream plain, bool isActive)
    {
        _result.BeginFile(plain.Name);
        if (!SegmentFiles.IsCompressed(plain.Name))
        {
            ReadLines(plain, mayBeUnfinished: isActive && _settings.IsRunning);
            return;
        }
        try
        {
            using var lines = new GZipStream(plain, CompressionMode.Decompress);
            ReadLines(lines, mayBeUnfinished: false);
        }
        catch (InvalidDataException e)
        {
            _result.EnterTorn(Encoding.UTF8.GetBytes($"the archive is damaged: {e.Message}"));
        }
    }

    private void ReadLines(Stream stream, bool mayBeUnfinished)
    {
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
        if (held > 0 && mayBeUnfinished)
        {
            _result.Unfinished++;
        }
        else if (held > 0)
        {
            // A line that has no end is torn, even if its message is whole.
            _result.Lines++;
            _result.EnterTorn(_buffer.AsSpan(0, held));
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
            _result.Offset += length + 1;
        }
        return at;
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        _result.Lines++;
        if (RawControls.Count(line, out var first) is var controls and > 0)
        {
            _result.EnterControls(controls, first, line);
        }
        if (OracleMark.TryRead(line, out var mark))
        {
            _result.Enter(mark);
        }
        else if (line.IndexOf(OracleMark.Start) < 0 && _settings.IsForeign(line))
        {
            _result.Foreign++;
        }
        else
        {
            _result.EnterTorn(line);
        }
    }
}
