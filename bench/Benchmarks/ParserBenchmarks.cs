using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;
using BenchmarkDotNet.Attributes;

namespace ActorLog.Benchmarks;

/// <summary>A frame to its fields.</summary>
public class ParserBenchmarks
{
    private readonly SyslogParser _parser = new();
    private readonly byte[] _scratch = new byte[SyslogParser.ScratchBytes];
    private readonly TrustedProxies _trusted = new([]);
    private byte[][] _frames = [];

    [ParamsAllValues]
    public RecordKind Kind { get; set; }

    [GlobalSetup]
    public void Setup() => _frames = SampleData.Frames(Kind);

    [Benchmark(OperationsPerInvoke = SampleData.Records)]
    public int Parse()
    {
        var context = new ParseContext(DateTime.UtcNow.Ticks, TimeZoneInfo.Utc, _trusted);
        var bytes = 0;
        foreach (var frame in _frames)
        {
            bytes += _parser.Parse(frame, context, _scratch).Message.Length;
        }

        return bytes;
    }
}
