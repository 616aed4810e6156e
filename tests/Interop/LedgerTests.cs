using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

public sealed class LedgerTests : IDisposable
{
    private const string Head = "actorlog-ledger 1\nsender 7 2 web{0} udp:logs:514\n";
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_entered_is_read_back()
    {
        using (var file = LedgerFile.Open(_directory["ledger"]))
        {
            Enter(file, 5);
        }
        using (var file = LedgerFile.Open(_directory["ledger"]))
        {
            Assert.True(file.Before.Knows(5));
            Enter(file, 6);
        }

        var ledger = Read("ledger");

        Assert.Equal(
            [new OracleSender(5, 2, "web{0}", "tcp:logs:514"), new OracleSender(6, 2, "web{0}", "tcp:logs:514")], ledger.Senders);
        Assert.Equal((2 * 30, 2 * 5), (ledger.Sent, ledger.Uncertain));
        Assert.Equal(("web1", (10L, 15L)), (ledger.HostOf(6, 1), Assert.Single(ledger.Copy()[(6, 1)].Uncertain)));
        Assert.DoesNotContain(ledger.Copy().Values, account => account.IsOpen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sent 7 0 10 2")]
    [InlineData("end 7")]
    public void A_last_line_that_was_never_finished_does_not_count(string unfinished)
    {
        _directory.Write("ledger", Head + "sent 7 0 0 10\n" + unfinished);

        var before = Read("ledger");
        LedgerFile.Open(_directory["ledger"]).Dispose();

        Assert.Equal((10, true), (before.Sent, before.Copy()[(7, 0)].IsOpen));
        Assert.Equal(Head + "sent 7 0 0 10\n", File.ReadAllText(_directory["ledger"]));
    }

    [Theory]
    [InlineData("something else\n", ":1: is no ledger")]
    [InlineData(Head + "sent 7 0 0 10\nsent 7 0 11 20\n", ":4: numbers from 10 on must follow, not 11 to 20")]
    [InlineData(Head + "sent 7 0 0 1x\n", ":3: '1x' is no number")]
    [InlineData(Head + "sent 7 2 0 10\n", ":3: sender 7 has no connection 2")]
    [InlineData(Head + "sent 8 0 0 10\n", ":3: sender 8 is not running here")]
    [InlineData(Head + "end 7\nsent 7 0 0 10\n", ":4: sender 7 is not running here")]
    [InlineData(Head + "sent 7 0\n", ":3: an entry has five fields")]
    [InlineData(Head + "\0\0\0\n", ":3: begins with no word")]
    [InlineData(Head + Head, ":3: begins with no word")]
    public void Damage_is_named_with_its_line(string text, string complaint)
    {
        _directory.Write("ledger", text);

        Assert.StartsWith(_directory["ledger"] + complaint, Assert.Throws<LedgerException>(() => Read("ledger")).Message, StringComparison.Ordinal);
        Assert.Throws<LedgerException>(() => LedgerFile.Open(_directory["ledger"]));
        Assert.Equal(text, File.ReadAllText(_directory["ledger"]));
    }

    [Fact]
    public void One_sender_in_two_ledgers_is_refused()
    {
        _directory.Write("a", Head);
        _directory.Write("b", Head);

        Assert.Contains("sender 7 stands twice", Assert.Throws<LedgerException>(() => Read("a", "b")).Message, StringComparison.Ordinal);
    }

    private static void Enter(LedgerFile file, int sender)
    {
        var ledger = new OracleLedger(file);
        ledger.Begin(new OracleSender(sender, 2, "web{0}", "tcp:logs:514"));
        ledger.EnterSent(sender, 0, 10);
        ledger.EnterSent(sender, 1, 10);
        ledger.EnterUncertain(sender, 1, 5);
        ledger.EnterSent(sender, 1, 10);
        ledger.End(sender);
    }

    private OracleLedger Read(params string[] names)
    {
        var ledger = new OracleLedger();
        foreach (var name in names)
        {
            LedgerReader.Read(_directory[name], ledger);
        }
        return ledger;
    }
}
