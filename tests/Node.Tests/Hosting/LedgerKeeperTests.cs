using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace ActorLog.Node.Tests.Hosting;

public sealed class LedgerKeeperTests
{
    [Fact]
    public async Task What_changes_is_in_the_database_before_long_and_all_of_it_at_the_end()
    {
        await using var host = new NodeHost();
        var ledger = new Ledger();
        await using var keeper = Keep(ledger, host);
        ledger.Receive("udp", 10);
        ledger.Drop(DropReason.Kernel, 3, "udp");
        await NodeHost.Until(() => Accounts(host, ledger.Run).GetValueOrDefault("Received/udp") == 10, "it is written");
        Assert.Equal(3, Gaps(host).Single().Gap.Records);
        Assert.Null(Runs(host).Single().Ended);

        ledger.Spool("edge-1/one", 4, 7);
        ledger.Gaps.Said(ledger.Gaps.Take());
        await keeper.EndAsync(LedgerKeeper.Drained);

        Assert.Equal(7, Accounts(host, ledger.Run)["Spooled"]);
        Assert.True(Gaps(host).Single().IsSaid);
        Assert.Equal(LedgerKeeper.Drained, Runs(host).Single().Ended);
        using var connection = host.SpoolFile.Open();
        Assert.Equal(new LedgerRows.OriginRow("edge-1/one", ledger.Run, 4, 7), Assert.Single(LedgerRows.Origins(connection)));
    }

    [Fact]
    public async Task The_next_run_calls_one_without_an_end_killed_and_says_what_it_left_unsaid()
    {
        await using var host = new NodeHost();
        var killed = new Ledger();
        await using (Keep(killed, host))
        {
            killed.Drop(DropReason.SpoolFull, 5, "spool");
            killed.Drop(DropReason.LocalFile, 1, "local");
            await NodeHost.Until(() => Gaps(host).Count == 2, "it is written");
        }

        var next = new Ledger();
        await using var keeper = Keep(next, host);
        await NodeHost.Until(() => Runs(host).Count == 2, "the next begins");

        Assert.Equal(["killed", null], Runs(host).Select(static run => run.Ended));
        await NodeHost.Until(() => next.Gaps.UnsaidRecords == 5, "the gap is taken over");
        var gap = Assert.Single(next.Gaps.Take());
        Assert.Equal((killed.Run, 5), (gap.Run, gap.Records));
        Assert.Equal(0, next[DropReason.SpoolFull]);
        next.Gaps.Said([gap]);
        await NodeHost.Until(() => Gaps(host).Single(row => row.Gap.Id == gap.Id).IsSaid, "its row says that it is said");
    }

    [Fact]
    public async Task A_database_that_refuses_is_tried_again_and_nothing_is_forgotten()
    {
        await using var host = new NodeHost { Planted = ConfigurationFactory.ParseString("akka.loglevel = WARNING") };
        var system = host.StartOther();
        var warnings = new TestKit(system).CreateTestProbe();
        system.EventStream.Subscribe(warnings, typeof(Warning));
        var ledger = new Ledger();
        await using var keeper = new LedgerKeeper(ledger, host.SpoolFile, "edge-1", Logging.GetLogger(system, "ledger"));
        await NodeHost.Until(() => Runs(host).Count == 1, "it has begun");
        host.Execute(host.SpoolFile, "ALTER TABLE ledger_gap RENAME TO away");
        ledger.Drop(DropReason.Kernel, 2, "udp");
        // From here on each write has the gap in it, and is refused.
        var told = await warnings.ExpectMsgAsync<Warning>(NodeHost.Patience);
        Assert.StartsWith("the ledger cannot be written", told.Message.ToString(), StringComparison.Ordinal);
        ledger.Receive("udp", 8);
        await keeper.EndAsync(LedgerKeeper.Drained);
        Assert.Empty(Accounts(host, ledger.Run));
        Assert.Null(Runs(host).Single().Ended);

        host.Execute(host.SpoolFile, "ALTER TABLE away RENAME TO ledger_gap");
        await keeper.EndAsync(LedgerKeeper.Drained);

        Assert.Equal(8, Accounts(host, ledger.Run)["Received"]);
        Assert.Equal(2, Gaps(host).Single().Gap.Records);
        Assert.Equal(LedgerKeeper.Drained, Runs(host).Single().Ended);
    }

    [Fact]
    public async Task Runs_of_long_ago_are_forgotten()
    {
        await using var host = new NodeHost();
        var long_ago = DateTime.UtcNow.AddDays(-31).Ticks;
        using (var database = new LedgerDatabase(host.SpoolFile))
        {
            database.Begin("old", "edge-1", "1@1", long_ago);
            database.Write(
                "old", long_ago, [new("Received", 1)], [new("edge-1/gone", 1, 1)],
                [new(new Gap("old", 1, DropReason.Kernel, "udp", 1, long_ago, long_ago), true)]);
            database.Begin("new", "edge-1", "1@1", DateTime.UtcNow.Ticks);
        }

        Assert.Equal("new", Runs(host).Single().Run);
        Assert.Empty(Gaps(host));
        Assert.Empty(Accounts(host, "old"));
        using var connection = host.SpoolFile.Open();
        Assert.Empty(LedgerRows.Origins(connection));
    }

    [Fact]
    public async Task The_journal_of_an_aggregator_is_not_taken_for_a_spool()
    {
        await using var host = new NodeHost();
        using (var connection = host.JournalFile.Open())
        using (var command = connection.CreateCommand())
        {
            // As a salvage writes for an event of which nothing is left.
            command.CommandText = "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, 0, 'partition-4', 1, x'')";
            command.ExecuteNonQuery();
        }

        using var database = new LedgerDatabase(host.JournalFile);
        Assert.Empty(database.Begin("new", "logs-1", "1@1", DateTime.UtcNow.Ticks));
    }

    [Fact]
    public void Books_come_back_from_their_rows()
    {
        var ledger = new Ledger();
        ledger.Receive("udp", 5);
        ledger.Receive("tcp", 2);
        ledger.Add(LedgerAccount.Parsed, 4);
        ledger.Drop(DropReason.Stalled, 1, "udp");

        var back = LedgerTotals.Restore([.. LedgerTotals.Read(ledger), new("OfALaterProgram", 9)], ledger.Gaps.Take());

        Assert.Equal((7, 4, 1), (back[LedgerAccount.Received], back[LedgerAccount.Parsed], back[DropReason.Stalled]));
        Assert.Equal([("tcp", 2), ("udp", 5)], back.ReceivedBySource.Order());
        Assert.Equal(Balance.Of(ledger), Balance.Of(back));
        Assert.Empty(back.Gaps.Take());
    }

    private static LedgerKeeper Keep(Ledger ledger, NodeHost host) => new(ledger, host.SpoolFile, "edge-1", NoLogger.Instance);

    private static IReadOnlyList<LedgerRows.RunRow> Runs(NodeHost host)
    {
        using var connection = host.SpoolFile.Open();
        return LedgerRows.Runs(connection);
    }

    private static IReadOnlyList<GapChange> Gaps(NodeHost host)
    {
        using var connection = host.SpoolFile.Open();
        return LedgerRows.Gaps(connection);
    }

    private static Dictionary<string, long> Accounts(NodeHost host, string run)
    {
        using var connection = host.SpoolFile.Open();
        return LedgerRows.Accounts(connection)[run].ToDictionary(static total => total.Account, static total => total.Records);
    }
}
