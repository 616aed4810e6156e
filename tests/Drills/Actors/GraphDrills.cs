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
using ActorLog.Testing.Nodes;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Drills.Actors;

/// <summary>
/// The edge's graph between a real spool and a local file, with the journal, the disk or a sink of it failing. What was
/// routed stands once, or is counted; a graph that ends says so, so that the node ends with it. Design review M14 (a batch is
/// done for each sink by itself).
/// </summary>
public sealed class GraphDrills
{
    [Fact]
    public async Task A_spool_that_stands_still_holds_its_own_branch_and_at_its_limit_the_listeners()
    {
        const int Sent = 300;
        await using var edge = new Edge();
        var held = edge.Node.Journal.Arm(JournalFaultKind.Hold, holds: typeof(SpooledBlock));
        await edge.WriteAsync("spool", "first");
        await held.Committed.Task.WaitAsync(NodeHost.Patience);
        await edge.WriteAsync("file", "beside");
        await NodeHost.Until(() => edge.Lines().Contains("beside"), "the other branch goes on");

        var filling = new string('x', 200_000);
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Sent; i++)
            {
                await edge.WriteAsync("spool", $"{i} {filling}");
                Volatile.Write(ref written, i);
            }
        });
        await StandsStill(() => Volatile.Read(ref written));
        Assert.False(writing.IsCompleted);

        held.Release();
        await writing.WaitAsync(NodeHost.Patience);
        await edge.WriteAsync("file", "last");
        await edge.DrainAsync();
        Assert.Equal(["first", .. Enumerable.Range(0, Sent).Select(i => $"{i} {filling}")], edge.Spooled());
        Assert.Equal(["beside", "last"], edge.Lines());
    }

    [Fact]
    public async Task A_local_disk_that_refuses_costs_its_own_branch_counted_records_and_the_spool_none()
    {
        await using var edge = new Edge();
        await edge.WriteAsync("both", "one");
        await NodeHost.Until(() => edge.Lines().Contains("one"), "it is written");
        edge.Store.Do(() => edge.Faults.Fail(StoreOperation.Append, 1, "ENOSPC", int.MaxValue, bytesFirst: 3));
        edge.Node.Journal.Arm(JournalFaultKind.CommitThenFail, holds: typeof(SpooledBlock));
        await edge.WriteAsync("both", "two");
        await NodeHost.Until(() => edge.Node.Ledger[DropReason.LocalFile] == 1, "it is dropped");
        // The disk is well again, and is not tried until its pause is over.
        edge.Store.Do(edge.Faults.Heal);
        await edge.WriteAsync("both", "three");
        await NodeHost.Until(() => edge.Node.Ledger[DropReason.LocalFile] == 2, "it is dropped");
        edge.Time.Advance(TimeSpan.FromSeconds(2));
        await edge.WriteAsync("both", "four");
        await edge.DrainAsync();

        Assert.Equal(["one", "four"], edge.Lines());
        Assert.Equal(["one", "two", "three", "four"], edge.Spooled());
        Assert.Equal(2, edge.Node.Ledger[LedgerAccount.WrittenLocally]);
        Assert.Equal(0, Balance.Of(edge.Node.Ledger).EdgeImbalance);
        Assert.Equal(0, Balance.Of(edge.Node.Ledger).EdgeInHand);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sink_that_throws_ends_the_graph_and_what_it_had_committed_stands_once(bool isFirst)
    {
        await using var edge = new Edge(isFirst);
        await edge.WriteAsync("both", "one");
        await NodeHost.Until(() => edge.Spooled().Contains("one") && edge.Lines().Contains("one"), "it is written");
        // Not a disk that refuses, which the sink knows: a fault of this program, here where it tells of the moved file.
        File.Move(edge.LocalPath, edge.LocalPath + ".moved");
        edge.Time.Advance(TimeSpan.FromSeconds(2));
        await edge.WriteAsync("both", "two");
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => edge.Graph.WaitAsync(NodeHost.Patience));
        Assert.Equal(["one"], Edge.LinesOf(edge.LocalPath + ".moved"));
        // The other branch may have had it in hand, and stored it then.
        var spooled = edge.Spooled();
        Assert.True(spooled is ["one"] or ["one", "two"], string.Join(", ", spooled));
    }

    [Fact]
    public async Task A_spool_that_ends_by_itself_is_told_to_the_node_by_its_name()
    {
        await using var edge = new Edge();
        var readiness = new Readiness();
        var status = edge.Node.System.ActorOf(StatusActor.Props(readiness, edge.Node.Ledger));
        status.Tell(new WatchPart(edge.Spool));
        edge.Node.System.Stop(edge.Spool);
        Assert.Equal(edge.Spool.Path.Name, await readiness.Broken.WaitAsync(NodeHost.Patience));
    }

    // Nothing can move it on, so a look that comes too early only proves less.
    private static async Task StandsStill(Func<int> counter)
    {
        for (var before = -1; before != counter();)
        {
            before = counter();
            await Task.Delay(300);
        }
    }

    private sealed class Edge : IAsyncDisposable
    {
        private readonly Channel<FrameBatch> _queue = BatchSource.CreateQueue(4);
        private readonly SourceSettings _source = ListeningHost.Source("udp", SourceTransport.Udp) with { KeepHostname = true };
        private readonly LocalSink _local;

        public Edge(bool isLocalFirst = true)
        {
            Node = new NodeHost(settings => settings with
            {
                Sinks = SinksOf(settings, isLocalFirst),
                Routes =
                [
                    new RouteSettings("to-file", Program("file"), ["local"]),
                    new RouteSettings("to-spool", Program("spool"), ["aggregator"]),
                    new RouteSettings("to-both", Program("both"), ["local", "aggregator"]),
                ],
            });
            Faults = new FaultyStore(SystemStore.Open(Node.Settings.Aggregator.Files.Directory));
            Store = new SharedStore(Faults);
            Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
            var files = new LocalFiles(
                Store, RotationSettings.None, new LineGroups(template, new LineWriter(TimeZoneInfo.Utc)), Time,
                new LocalFilesEvents(static _ => { }, static (path, _) => throw new InvalidOperationException($"a planted fault at {path}")));
            _local = new LocalSink("local", files, Node.Ledger, Time, NoLogger.Instance);
            Spool = Node.System.ActorOf(
                SpoolActor.Props(Node.Settings.Spool, Node.Settings.Name, Node.Spool, Node.Ledger, Node.Probe()), "spool");
            Graph = new EdgeGraph(Node.Settings, Node.Ledger).RunAsync(
                _queue.Reader, new Dictionary<string, LocalSink> { ["local"] = _local }, Spool, Node.System);
        }

        public NodeHost Node { get; }

        public ManualTime Time { get; } = new(Samples.Start);

        public FaultyStore Faults { get; }

        public SharedStore Store { get; }

        public string LocalPath => Path.Combine(Node.Settings.Aggregator.Files.Directory, "web-1.log");

        public IActorRef Spool { get; }

        public Task Graph { get; }

        public async Task WriteAsync(string program, string text)
        {
            var batch = new FrameBatch();
            var sender = new ActorLog.Node.Listening.Sender(_source, "web-1"u8.ToArray(), true);
            batch.Append(sender, Encoding.UTF8.GetBytes($"<13>Nov 23 05:50:00 web-1 {program}: {text}"), truncated: false);
            Node.Ledger.Receive("udp", 1);
            await _queue.Writer.WriteAsync(batch);
        }

        public List<string> Spooled() =>
            [.. Node.Spool.Leftovers().SelectMany(run => Node.Spool.Read(run.Origin, 0, long.MaxValue))
                .SelectMany(static row => Samples.Messages(row.Block))];

        public List<string> Lines() => LinesOf(LocalPath);

        public static List<string> LinesOf(string path)
        {
            if (!File.Exists(path))
            {
                return [];
            }

            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..])];
        }

        public async Task DrainAsync()
        {
            _queue.Writer.TryComplete();
            await Graph.WaitAsync(NodeHost.Patience);
        }

        public async ValueTask DisposeAsync()
        {
            await Node.System.Terminate();
            _local.Dispose();
            Store.Dispose();
            await Node.DisposeAsync();
        }

        private static SinkSettings[] SinksOf(NodeSettings settings, bool isLocalFirst)
        {
            var local = new FileSinkNodeSettings("local", settings.Aggregator.Files);
            var aggregator = new AggregatorSinkSettings("aggregator");
            return isLocalFirst ? [local, aggregator] : [aggregator, local];
        }

        private static Filter Program(string name) => PatternFilter.OnProgram([BytePattern.HostGlob(name)]);
    }
}
