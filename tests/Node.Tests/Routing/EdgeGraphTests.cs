using System.Text;
using System.Threading.Channels;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Routing;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Tests.Routing;

/// <summary>The edge's graph from the listeners' queue to a local file and to a spool that the test plays.</summary>
public sealed class EdgeGraphTests
{
    private const int HeldMax = 40;

    [Fact]
    public async Task RecordsGoWhereTheirRoutesLeadInOrderAndTheEndDrains()
    {
        await using var edge = new Edge(static (_, _) => SpoolOutcome.Spooled);
        for (var i = 0; i < 200; i++)
        {
            await edge.WriteAsync("web-1", $"<13>Nov 23 05:50:00 web-1 spool: spool {i}", $"<13>Nov 23 05:50:00 web-1 file: file {i}");
        }

        await edge.WriteAsync("web-1", "<13>Nov 23 05:50:00 web-1 other: nowhere");
        await edge.DrainAsync();

        Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"spool {i}"), edge.Spooled);
        var lines = await File.ReadAllLinesAsync(Path.Combine(edge.Files, "web-1.log"));
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"file {i}"), lines.Select(static line => line[line.LastIndexOf("file", StringComparison.Ordinal)..]));
        Assert.Equal(1, edge.Ledger[LedgerAccount.Unrouted]);
        Assert.Equal(200, edge.Ledger[LedgerAccount.RoutedToSpool]);
        Assert.Equal(200, edge.Ledger[LedgerAccount.WrittenLocally]);
    }

    [Fact]
    public async Task AFileHasItsTurnAlsoWhenNobodyWrites()
    {
        await using var edge = new Edge(static (_, _) => SpoolOutcome.Spooled);
        await edge.WriteAsync("web-1", "<13>Nov 23 05:50:00 web-1 file: last");
        await NodeHost.Until(() => edge.Ledger[LedgerAccount.WrittenLocally] == 1, "the line stands");
        Assert.Equal("web-1.log", Assert.Single(Directory.GetFiles(edge.Files, "*.log*").Select(Path.GetFileName)));

        edge.Time.Advance(TimeSpan.FromHours(1));
        await NodeHost.Until(
            () => Directory.GetFiles(edge.Files, "*.log*").Select(Path.GetFileName).SequenceEqual(["web-1.log-20261123T065000Z-00000001"]),
            () => $"it is sealed: {string.Join(", ", Directory.GetFiles(edge.Files, "*.log*"))}");
    }

    [Fact]
    public async Task WhatTheSpoolDropsIsSaidInFullOnceThereIsRoom()
    {
        await using var edge = new Edge(static (number, _) => number is >= 1 and <= 5 ? SpoolOutcome.Full : SpoolOutcome.Spooled);
        for (var i = 0; i < 8; i++)
        {
            await edge.WriteAsync("web-1", $"<13>Nov 23 05:50:00 web-1 spool: spool {i}");
            await NodeHost.Until(() => edge.Requests == i + 1, "the spool was asked");
        }

        await edge.DrainAsync();
        var dropped = edge.Spooled.Where(static message => message.StartsWith("gap: ", StringComparison.Ordinal))
            .Sum(static message => int.Parse(message.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        var kept = edge.Spooled.Count(static message => message.StartsWith("spool", StringComparison.Ordinal));
        Assert.Equal(3, kept);
        // Each of the five; the records that told of some of them were dropped themselves.
        Assert.Equal(5, dropped);
    }

    [Fact]
    public async Task ASpoolThatDoesNotAnswerHoldsTheListenersNotTheMemory()
    {
        var gate = new TaskCompletionSource();
        await using var edge = new Edge(
            (_, _) =>
            {
                gate.Task.Wait();
                return SpoolOutcome.Spooled;
            });
        var written = 0;
        var text = "<13>Nov 23 05:50:00 web-1 spool: spool " + new string('x', 200_000);
        var writing = Task.Run(async () =>
        {
            for (; written < 300; written++)
            {
                await edge.WriteAsync("web-1", text);
            }
        });
        await NodeHost.Until(() => edge.Requests == 1, "the spool was asked");

        // A batch each; as many as are parsed when it stands still are what is held.
        var (held, still) = (0L, 0);
        await NodeHost.Until(
            () =>
            {
                still = edge.Ledger[LedgerAccount.Parsed] == held ? still + 1 : 0;
                held = edge.Ledger[LedgerAccount.Parsed];
                return still == 50;
            },
            "the flow stands still");
        Assert.InRange(held, 4, HeldMax);
        gate.SetResult();
        await writing.WaitAsync(NodeHost.Patience);
        await edge.DrainAsync();
        Assert.Equal(300, edge.Spooled.Count);
    }

    private sealed class Edge : IAsyncDisposable
    {
        private readonly NodeHost _node;
        private readonly Channel<FrameBatch> _queue = BatchSource.CreateQueue(4);
        private readonly SourceSettings _source = ListeningHost.Source("udp", SourceTransport.Udp) with { KeepHostname = true };
        private readonly IStore _store;
        private readonly LocalSink _sink;
        private readonly FakeSpool.Answers _answers;
        private readonly Task _graph;

        public Edge(Func<int, SpoolBlocks, SpoolOutcome> outcome)
        {
            _node = new NodeHost(static settings => settings with
            {
                Sinks = [new FileSinkNodeSettings("local", settings.Aggregator.Files), new AggregatorSinkSettings("aggregator")],
                Routes =
                [
                    new RouteSettings("to-file", PatternFilter.OnProgram([BytePattern.HostGlob("file")]), ["local"]),
                    new RouteSettings("to-spool", PatternFilter.OnProgram([BytePattern.HostGlob("spool")]), ["aggregator"]),
                ],
            });
            Files = _node.Settings.Aggregator.Files.Directory;
            _store = SystemStore.Open(Files);
            Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
            _sink = new LocalSink(
                "local",
                new LocalFiles(
                    _store, new RotationSettings(null, RotationPeriod.Hour, false), new LineGroups(template, new LineWriter(TimeZoneInfo.Utc)), Time,
                    new LocalFilesEvents(static _ => { }, static (_, _) => { })),
                Ledger, Time, NoLogger.Instance)
            {
                LookEvery = TimeSpan.FromMilliseconds(50),
            };
            _answers = new FakeSpool.Answers(outcome) { Ledger = Ledger };
            var answers = _answers;
            var spool = _node.System.ActorOf(Props.Create(() => new FakeSpool(answers)));
            _graph = new EdgeGraph(_node.Settings, Ledger).RunAsync(
                _queue.Reader, new Dictionary<string, LocalSink> { ["local"] = _sink }, spool, _node.System);
        }

        public string Files { get; }

        public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 23, 5, 50, 0, TimeSpan.Zero));

        public Ledger Ledger { get; } = new();

        public int Requests => _answers.Requests;

        public IReadOnlyList<string> Spooled => _answers.Spooled;

        public async Task WriteAsync(string host, params string[] frames)
        {
            var batch = new FrameBatch();
            var sender = new Node.Listening.Sender(_source, Encoding.UTF8.GetBytes(host), true);
            foreach (var frame in frames)
            {
                batch.Append(sender, Encoding.UTF8.GetBytes(frame), truncated: false);
            }

            await _queue.Writer.WriteAsync(batch);
        }

        public async Task DrainAsync()
        {
            _queue.Writer.TryComplete();
            await _graph.WaitAsync(NodeHost.Patience);
            _sink.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await _node.System.Terminate();
            _sink.Dispose();
            _store.Dispose();
            await _node.DisposeAsync();
        }
    }

    private sealed class FakeSpool : ReceiveActor
    {
        public FakeSpool(Answers answers) => Receive<SpoolBlocks>(answers.Take);

        internal sealed class Answers(Func<int, SpoolBlocks, SpoolOutcome> outcome)
        {
            private readonly List<string> _spooled = [];
            private int _requests;

            public Ledger? Ledger { get; set; }

            public int Requests => Volatile.Read(ref _requests);

            public IReadOnlyList<string> Spooled => _spooled;

            public void Take(SpoolBlocks request)
            {
                var number = Interlocked.Increment(ref _requests) - 1;
                var answer = outcome(number, request);
                if (answer == SpoolOutcome.Spooled)
                {
                    _spooled.AddRange(request.Blocks.SelectMany(static block => Samples.Messages(block)));
                }

                else
                {
                    // As the spool does.
                    Ledger?.Drop(DropReason.SpoolFull, request.Records, "spool");
                }

                request.Outcome.SetResult(answer);
            }
        }
    }
}
