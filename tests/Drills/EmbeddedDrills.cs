using System.Net.Sockets;
using ActorLog.Testing.Processes;
using Xunit.Abstractions;

namespace ActorLog.Drills;

/// <summary>Edge and aggregator in one process, as the program runs when nobody says anything about roles.</summary>
public sealed class EmbeddedDrills(ITestOutputHelper output) : IDisposable
{
    private const long Messages = 50_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _directory = new();
    private readonly int _tcp = FreePort.Next();
    private readonly Oracle _oracle = new();

    private string Files => _directory["logs"];

    private string Spool => Path.Combine(_directory["node"], "spool.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Stopped_by_sigterm_it_has_written_what_it_took_and_goes_on_where_it_was()
    {
        await using var node = await Start();
        for (var run = 1; run <= 3; run++)
        {
            await Send(Messages);
            Assert.Equal(0, await node.Stop());
            var found = Verifier.Read(Files, _oracle.Ledger);
            output.WriteLine($"after stop {run}: {found}");
            Assert.True(found.IsExact, found.ToString());
            await node.Restart();
        }
    }

    [Fact]
    public async Task Killed_it_writes_what_its_spool_had_persisted_and_goes_on_where_it_was()
    {
        await using var node = await Start();
        var persisted = new PersistedRecords();
        for (var run = 1; run <= 3; run++)
        {
            var before = SegmentFiles.PlainBytes(Files);
            var sending = Send(Messages);
            await Eventually.True(
                () => Task.FromResult(SegmentFiles.PlainBytes(Files) > before),
                Limit,
                () => $"a line of run {run}: {node.Process.Account()}");
            await node.Kill();
            await sending;
            persisted.Read(Spool);
            await node.Restart();
            await Eventually.True(
                () => Task.FromResult(Verifier.Read(Files, _oracle.Ledger).Unique == persisted.Total),
                Limit,
                () => $"{persisted.Total} records: {Verifier.Read(Files, _oracle.Ledger)}\n"
                    + node.Process.Account());
            var found = Verifier.Read(Files, _oracle.Ledger);
            output.WriteLine($"after kill {run}: {persisted.Total:N0} persisted; {found}");
            Assert.True(found.AtMostOnce, found.ToString());
        }
    }

    // A connection that breaks ends the load: the messages behind it are not sent.
    private Task Send(long messages) => _oracle.Send(
        OracleTarget.Tcp(_tcp),
        new OracleLoad(messages) { Connections = 4, Host = "shop{0}", Header = OracleHeader.Rfc3164 }).ContinueWith(
            static sent => sent.Exception?.Handle(static e => e is SocketException),
            TaskScheduler.Default);

    private Task<ActorLogProcess> Start() => ActorLogProcess.Start(new NodeConfig
    {
        Role = "edge,aggregator",
        DataDirectory = _directory["node"],
        Tcp = _tcp,
        Forward = 0,
        AggregatorFiles = Files,
        Further = """
            batching.stall-max = 1m
            aggregator.settle-after = 1h
            """,
    });
}
