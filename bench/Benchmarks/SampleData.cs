using System.Text;
using System.Text.Json;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Routing;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Framing;

namespace ActorLog.Benchmarks;

/// <summary>What records look like.</summary>
public enum RecordKind
{
    Rfc3164,
    Rfc5424,
    GunicornAccess,
    GunicornError,
    DjangoApp,
}

/// <summary>
/// The one input of all benchmarks: what real senders put on the wire (tests/Protocol.Tests/Captures), repeated to a
/// batch of <see cref="Records"/>.
/// </summary>
internal static class SampleData
{
    /// <summary>Records of a batch, and operations of each call: all figures are per record.</summary>
    public const int Records = 1024;

    private const int HostCount = 10;

    /// <summary>One datagram each, of one line.</summary>
    public static byte[][] Frames(RecordKind kind)
    {
        var captured = Captured(kind).ToArray();
        return [.. Enumerable.Range(0, Records).Select(i => captured[i % captured.Length])];
    }

    /// <summary>What a listener hands over: frames of ten hosts, as many of each.</summary>
    public static FrameBatch Gather(byte[][] frames)
    {
        var batch = new FrameBatch();
        for (var i = 0; i < frames.Length; i++)
        {
            batch.Append(Senders[i * HostCount / frames.Length], frames[i], truncated: false);
        }

        return batch;
    }

    /// <summary>A batch of parsed records of ten hosts.</summary>
    public static RecordBatch RecordBatch(RecordKind kind = RecordKind.GunicornAccess)
    {
        using var parser = new FrameParser(new Ledger());
        return parser.Parse(Gather(Frames(kind))).Single();
    }

    /// <summary>The batch as blocks, one for each slot.</summary>
    public static List<byte[]> Blocks(BlockCompression compression, int slots)
    {
        using var batch = RecordBatch();
        using var writer = new BlockWriter(compression, slots);
        var blocks = new List<byte[]>();
        writer.Write(batch, blocks);
        return blocks;
    }

    /// <summary>Who sends: ten hosts behind one source.</summary>
    public static IReadOnlyList<Sender> Senders { get; } =
        [.. Enumerable.Range(0, HostCount).Select(static i => new Sender(Source, Encoding.UTF8.GetBytes($"web-{i}"), isLocal: false))];

    private static SourceSettings Source => field ??= new SourceSettings(
        "udp", SourceTransport.Udp, null, null, UnixFileMode.None, FramingMode.LineFeed, false, TimeZoneInfo.Utc, 64 * 1024, 0, 0,
        TimeSpan.Zero, []);

    private static IEnumerable<byte[]> Captured(RecordKind kind) => kind switch
    {
        RecordKind.GunicornAccess => Datagrams("gunicorn-django-udp", "access"),
        RecordKind.GunicornError => Datagrams("gunicorn-django-udp", "error"),
        RecordKind.DjangoApp => Datagrams("gunicorn-django-udp", "app"),
        _ => Datagrams("logger-util-linux", "logger").Concat(Datagrams("rsyslog-forward", "rsyslog"))
            .Concat(Datagrams("syslog-ng-forward", "syslog-ng"))
            .Where(frame => IsRfc5424(frame) == (kind == RecordKind.Rfc5424)),
    };

    private static bool IsRfc5424(ReadOnlySpan<byte> frame) => frame[(frame.IndexOf((byte)'>') + 1)..].StartsWith("1 "u8);

    private static IEnumerable<byte[]> Datagrams(string file, string source) =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Captures", file + ".jsonl"))
        let capture = JsonDocument.Parse(line).RootElement
        where capture.GetProperty("transport").GetString() == "udp"
            && capture.GetProperty("source").GetString() == source
            && capture.TryGetProperty("b64", out _)
        let frame = capture.GetProperty("b64").GetBytesFromBase64().AsSpan().TrimEnd("\0\r\n"u8).ToArray()
        where frame.AsSpan().StartsWith("<"u8) && !frame.AsSpan().ContainsAny((byte)0, (byte)'\n')
        select frame;
}
