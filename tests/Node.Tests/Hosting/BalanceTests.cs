using System.Net.Sockets;
using System.Text;
using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

public sealed class BalanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void What_has_not_come_out_is_in_hand()
    {
        var ledger = new Ledger();
        ledger.Receive("in", 10);
        ledger.Drop(DropReason.Stalled, 1, "in");
        ledger.Add(LedgerAccount.Parsed, 7);
        ledger.Add(LedgerAccount.RoutedLocally, 6);
        ledger.Add(LedgerAccount.WrittenLocally, 3);
        ledger.Drop(DropReason.LocalFile, 1, "local");
        ledger.Add(LedgerAccount.RoutedToSpool, 7);
        ledger.Add(LedgerAccount.OwnRecords, 1);
        ledger.Drop(DropReason.SpoolFull, 2, "spool");
        ledger.Add(LedgerAccount.Spooled, 5);
        ledger.Add(LedgerAccount.SpoolOpening, 4);
        ledger.Drop(DropReason.SpoolLost, 1, "an origin");
        ledger.Add(LedgerAccount.Stored, 6);
        ledger.Add(LedgerAccount.Settled, 3);

        var balance = Balance.Of(ledger);

        Assert.Equal(new Balance(2, 2, 1, 2, 5, 0), balance);
        Assert.Equal(5, balance.EdgeInHand);
        Assert.Equal(0, balance.EdgeImbalance);
    }

    [Fact]
    public void What_comes_out_of_nowhere_is_an_imbalance_and_no_surplus_elsewhere_hides_it()
    {
        var ledger = new Ledger();
        ledger.Receive("in", 10);
        ledger.Add(LedgerAccount.Spooled, 3);
        ledger.Add(LedgerAccount.Projected, 2);

        var balance = Balance.Of(ledger);

        Assert.Equal(3, balance.EdgeImbalance);
        Assert.Equal(2, balance.AggregatorImbalance);
    }

    [Fact]
    public async Task The_books_agree_at_rest_after_a_drain()
    {
        const int Records = 2000;
        await using var node = new TestNode(_folder);
        await SendAsync(node, Records);
        await node.StopAsync();

        var ledger = node.Ledger;
        Assert.Equal(Records, ledger[LedgerAccount.Received]);
        Assert.Equal(Records, ledger[LedgerAccount.RoutedToSpool]);
        Assert.Equal(ledger[LedgerAccount.RoutedToSpool], ledger[LedgerAccount.Spooled] + ledger[DropReason.SpoolFull]);
        Assert.Equal(Records, ledger[LedgerAccount.Stored]);
        Assert.Equal(Records, ledger[LedgerAccount.Journaled]);
        var balance = Balance.Of(ledger);
        Assert.Equal((0, 0, 0), (balance.Queue, balance.Spooling, balance.Unstored));
        Assert.Equal((0, 0), (balance.EdgeImbalance, balance.AggregatorImbalance));
    }

    [Fact]
    public async Task What_is_settled_leaves_the_spool_and_its_bytes()
    {
        await using var node = new TestNode(_folder);
        await SendAsync(node, 500);

        await TestNode.Until(() => node.Ledger[LedgerAccount.Settled] == 500, "all is settled");
        await TestNode.Until(() => node.Ledger[LedgerLevel.SpoolBytes] == 0, "the spool is empty");
        Assert.Equal(0, Balance.Of(node.Ledger).Unsettled);
        Assert.Equal(500, node.Ledger[LedgerAccount.Projected]);
    }

    [Fact]
    public async Task What_an_earlier_run_left_opens_the_books_of_the_next()
    {
        await using (var first = new TestNode(_folder, "aggregator.settle-after=1h"))
        {
            await SendAsync(first, 300);
            await first.StopAsync();
            Assert.Equal(300, first.Ledger[LedgerAccount.Stored]);
            Assert.Equal(0, first.Ledger[LedgerAccount.Settled]);
        }

        await using var second = new TestNode(_folder);
        await TestNode.Until(() => second.Ledger[LedgerAccount.Settled] == 300, "what was left is settled");
        Assert.Equal(300, second.Ledger[LedgerAccount.SpoolOpening]);
        Assert.Equal(0, second.Ledger[LedgerAccount.Spooled]);
        Assert.Equal(300, second.Ledger[LedgerAccount.Stored]);
        Assert.Equal(300, second.Ledger[LedgerAccount.Repeated]);
        Assert.Equal(0, second.Ledger[LedgerAccount.Journaled]);
        Assert.Equal(0, Balance.Of(second.Ledger).EdgeImbalance);
    }

    private async Task SendAsync(TestNode node, int records)
    {
        await TestNode.Until(() => node.Readiness.IsReady, "the node is ready");
        var before = node.Ledger[LedgerAccount.Received];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, "in.sock")));
        var lines = string.Concat(Enumerable.Range(0, records).Select(static i => $"<14>Jan  1 00:00:00 app: record {i}\n"));
        await socket.SendAsync(Encoding.UTF8.GetBytes(lines));
        await TestNode.Until(() => node.Ledger[LedgerAccount.Received] == before + records, "all are received");
    }
}
