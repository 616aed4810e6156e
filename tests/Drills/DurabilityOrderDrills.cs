using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Processes;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace ActorLog.Drills;

/// <summary>Durable first, ack second, at both hops: seen in the system calls of the real aggregator, and with a disk that refuses to sync.</summary>
public sealed class DurabilityOrderDrills(CertificateFolder certificates, ITestOutputHelper output) : IClassFixture<CertificateFolder>, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _directory = new();
    private readonly int _gateway = FreePort.Next();

    private string Files => _directory["logs"];

    private string File => Path.Combine(Files, "shop0.log");

    private string Journal => Path.Combine(_directory["aggregator"], "journal.db");

    private string Wal => Journal + "-wal";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_journal_is_synced_before_an_ack_and_the_file_before_a_checkpoint()
    {
        await using var aggregator = await Start();
        await using var client = await GatewayClient.Connect(_gateway, certificates.Path, floor: 0);
        await client.Deliver(1);
        await Eventually.True(() => CommittedLength() > 0, Limit, "a first checkpoint");

        await using var strace = await Strace.Watch(aggregator.Process.Id, _directory["order"]);
        var before = CommittedLength();
        await client.Deliver(2);
        await Eventually.True(() => CommittedLength() > before, Limit, "a second checkpoint");
        await strace.Detach();

        // W, S: the journal is written, has been synced; d, D: the file; a: something is sent to the edge.
        var order = strace.Order(("journal.db-wal", 'W', 'S'), ("shop0.log", 'd', 'D'), ($"127.0.0.1:{_gateway}->", 'a', '?'), ($"]:{_gateway}->", 'a', '?'));
        output.WriteLine(order);
        Assert.Matches("^(W+S)+[ad]", order);
        Assert.Contains('a', order);
        Assert.Matches("d[^d]*D[^d]*W+[^Wd]*S", order);
    }

    [Fact]
    public async Task No_ack_leaves_while_the_journal_cannot_be_synced()
    {
        await using var aggregator = await Start();
        await using (var client = await GatewayClient.Connect(_gateway, certificates.Path, floor: 0))
        {
            await client.Deliver(1);
            await using var strace = await Strace.FailSyncs(aggregator.Process.Id, Wal, _directory["injected"]);
            client.Send(2);
            await SyncsFailed(strace, 1, aggregator);
            // Nobody who comes later is told more than the one who was there.
            await using var other = await GatewayClient.Connect(_gateway, certificates.Path, floor: 1);
            other.Send(2);
            await SyncsFailed(strace, 2, aggregator);
            output.WriteLine($"{strace.Injected} syncs have failed, acknowledged up to {client.Stored} and {other.Stored}");
            Assert.Equal((1, 0), (client.Stored, other.Stored));
        }

        await Finish(aggregator);
    }

    [Fact]
    public async Task No_checkpoint_is_stored_while_the_file_cannot_be_synced()
    {
        await using var aggregator = await Start();
        await using (var client = await GatewayClient.Connect(_gateway, certificates.Path, floor: 0))
        {
            await client.Deliver(1);
            await Eventually.True(() => CommittedLength() > 0, Limit, "a first checkpoint");
            var before = CommittedLength();
            await using var strace = await Strace.FailSyncs(aggregator.Process.Id, File, _directory["injected"]);
            await client.Deliver(2);
            await SyncsFailed(strace, 2, aggregator);
            output.WriteLine($"{strace.Injected} syncs have failed, committed {CommittedLength()} bytes, before {before}");
            Assert.Equal(before, CommittedLength());
        }

        await Finish(aggregator);
    }

    // The disk works again: the second block is sent once more, and stands once.
    private async Task Finish(ActorLogProcess aggregator)
    {
        await using (var client = await GatewayClient.Connect(_gateway, certificates.Path, floor: 1))
        {
            await client.Deliver(2);
        }

        var ledger = new OracleLedger();
        ledger.EnterSent(0, 0, 2 * GatewayClient.MessagesPerBlock);
        await Eventually.True(
            () => Task.FromResult(Verifier.Read(Files, ledger).IsExact), Limit, () => $"{Verifier.Read(Files, ledger)}\n{aggregator.Process.Account()}");
        Assert.Equal(0, await aggregator.Stop());
        var found = Verifier.Read(Files, ledger);
        output.WriteLine(found.ToString());
        Assert.True(found.IsExact, found.ToString());
    }

    private static Task SyncsFailed(Strace strace, int count, ActorLogProcess aggregator) => Eventually.True(
        () => Task.FromResult(strace.Injected >= count), Limit, () => $"{count} failed syncs: {aggregator.Process.Account()}");

    private Task<ActorLogProcess> Start() => ActorLogProcess.Start(new NodeConfig
    {
        Role = "aggregator",
        Name = "logs1",
        DataDirectory = _directory["aggregator"],
        Gateway = _gateway,
        AggregatorFiles = Files,
        Certificates = certificates.Path,
        Further = """
            partitions = 1
            aggregator.checkpoint-every = 300ms
            aggregator.settle-after = 1h
            """,
    });

    /// <summary>The greatest length of the file that a checkpoint in the journal says; 0 for none.</summary>
    private long CommittedLength()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Journal, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT manifest, message FROM journal";
        using var reader = command.ExecuteReader();
        var length = 0L;
        while (reader.Read())
        {
            Assert.True(JournalCodec.TryRead(reader.GetString(0), reader.GetFieldValue<byte[]>(1), out var e, out var error), error.ToString());
            length = e is Checkpointed { Files: { Count: > 0 } files } ? Math.Max(length, files.Max(static f => f.Length)) : length;
        }

        return length;
    }
}
