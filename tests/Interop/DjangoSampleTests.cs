using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>The post's own case: gunicorn and Django log through an edge, over mutual TLS, into an aggregator's file.</summary>
public sealed class DjangoSampleTests
{
    private const int Requests = 60;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public Task Every_record_arrives_once_over_udp() => Run(p => $"udp://127.0.0.1:{p.Udp}");

    [Fact]
    public Task Every_record_arrives_once_over_tcp() => Run(p => $"tcp://127.0.0.1:{p.Tcp}");

    [Fact]
    public Task Every_record_arrives_once_over_a_unix_datagram_socket() => Run(p => $"unix://{p.UnixDatagram}#dgram");

    [Fact]
    public Task Every_record_arrives_once_over_a_unix_stream_socket() => Run(p => $"unix://{p.UnixStream}#stream");

    private static async Task Run(Func<Pipeline, string> syslog)
    {
        await using var pipeline = await Pipeline.Start();
        await using var sample = await DjangoSample.Start(syslog(pipeline), pipeline.Scratch);

        var expected = await sample.Drive(Requests);

        Assert.Equal(2 * Requests, expected.Count);
        foreach (var folder in new[] { pipeline.EdgeFiles, pipeline.AggregatorFiles })
        {
            await Eventually.True(
                () => Task.FromResult(expected.All(e => e.CountIn(Pipeline.Lines(folder)) > 0)),
                Limit,
                () => $"all {expected.Count} records in {folder}; the first that is missing: "
                    + $"{expected.First(e => e.CountIn(Pipeline.Lines(folder)) == 0)}\n{pipeline.Account()}");
            Check(expected, Pipeline.Lines(folder));
        }
    }

    private static void Check(IReadOnlyList<ExpectedRecord> expected, IReadOnlyList<string> lines)
    {
        Assert.All(expected, e => Assert.Equal(1, e.CountIn(lines)));
        Assert.All(lines, l => Assert.Matches(@"^[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [^ ]+ gunicorn\.shop\.(access|error|app): \[[0-9]+\] ", l));
        var tracebacks = lines.Where(l => l.Contains(@"\nTraceback (most recent call last):\n", StringComparison.Ordinal)).ToList();
        Assert.Equal(Requests / 5, tracebacks.Count);
        Assert.All(tracebacks, l => Assert.Matches(@"\\nKeyError: 'lamp [0-9a-f]{8}-[0-9]{6}'$", l));
    }
}
