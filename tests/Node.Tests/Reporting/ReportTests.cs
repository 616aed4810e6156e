using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorLog.Node.Cli;
using ActorLog.Node.Hosting;
using ActorLog.Node.Tests.Settings;

namespace ActorLog.Node.Tests.Reporting;

/// <summary>actorlog report, over the files of a whole node.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_that_drained_has_every_record_where_the_report_says()
    {
        await using (var node = new TestNode(_folder.Path))
        {
            await SendAsync(node, 300);
            node.Ledger.Drop(DropReason.Kernel, 7, "in");
            await node.StopAsync();
            var (running, whileRunning) = await ReportAsync();
            Assert.Contains(whileRunning, static line => line.StartsWith("run ", StringComparison.Ordinal));
            Assert.Equal(ExitCode.Ok, running);
        }

        var (code, lines) = await ReportAsync("--host", "node1");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains(" ended=drained ", Line(lines, "run"), StringComparison.Ordinal);
        Assert.EndsWith(" source=in records=300", Line(lines, "received"), StringComparison.Ordinal);
        Assert.Contains(" reason=kernel source=in records=7 gaps=1 ", Line(lines, "dropped"), StringComparison.Ordinal);
        Assert.EndsWith(" said=yes", Line(lines, "gap"), StringComparison.Ordinal);
        Assert.Contains(" spooled=301 ", Line(lines, "origin"), StringComparison.Ordinal);
        Assert.Contains(" ordinals=0-301 records=301 missing=0 explained=0 state=whole ", Line(lines, "stored"), StringComparison.Ordinal);
        Assert.Contains(" records=7 ", Line(lines, "gap-record"), StringComparison.Ordinal);
        Assert.Contains("host host=node1 lines=301 gap-records=1 gap-dropped=7", lines);
        Assert.Contains(" in-hand=0 unstored=0 ", Line(lines, "balance"), StringComparison.Ordinal);
        Assert.Equal("verdict imbalance=0 unexplained=0", lines[^1]);
    }

    [Fact]
    public async Task Records_missing_below_the_highest_ordinal_are_a_gap_unless_something_explains_them()
    {
        await using (var node = new TestNode(_folder.Path, "aggregator.settle-after=1h"))
        {
            await SendAsync(node, 10);
            await SendAsync(node, 20);
            await node.StopAsync();
        }

        // As if the first part of ten had never been stored: the last one says that it begins with ordinal ten.
        Execute("DELETE FROM snapshot; DELETE FROM journal WHERE ordering = (SELECT MIN(ordering) FROM journal WHERE manifest = 'part-stored/1')", "journal.db");
        var (code, lines) = await ReportAsync();
        Assert.Equal(ExitCode.Failed, code);
        var missing = Line(lines, "stored");
        Assert.Contains(" state=gap ", missing, StringComparison.Ordinal);
        Assert.DoesNotContain(" missing=0 ", missing, StringComparison.Ordinal);
        Assert.DoesNotContain("unexplained=0", lines[^1], StringComparison.Ordinal);

        var origin = missing.Split(' ').Single(static word => word.StartsWith("origin=", StringComparison.Ordinal))["origin=".Length..];
        Execute(
            $"INSERT INTO ledger_gap SELECT run, 99, 'spool-lost', '{origin}', 30, 1, 1, 1 FROM ledger_run", "spool.db");
        (code, lines) = await ReportAsync();
        Assert.Contains(" state=whole ", Line(lines, "stored"), StringComparison.Ordinal);
        Assert.EndsWith(" unexplained=0", lines[^1], StringComparison.Ordinal);
        // The gap was made up: in the edge's own books it is an imbalance, and that is told too.
        Assert.Equal(ExitCode.Failed, code);
    }

    [Fact]
    public async Task Json_says_the_same_a_line_each()
    {
        await using (var node = new TestNode(_folder.Path))
        {
            await SendAsync(node, 3);
        }

        var (_, lines) = await ReportAsync("--json");

        var verdict = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(("verdict", 0), (verdict.GetProperty("kind").GetString(), verdict.GetProperty("imbalance").GetInt64()));
        Assert.All(lines, static line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
    }

    [Fact]
    public async Task Where_nothing_ever_ran_nothing_is_missing()
    {
        TestNode.Read(_folder.Path);
        var (code, lines) = await ReportAsync("--host", "web-1");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("state=absent", Line(lines, "database"), StringComparison.Ordinal);
        Assert.Contains("host host=web-1 lines=0 gap-records=0 gap-dropped=0", lines);
    }

    private static string Line(IReadOnlyList<string> lines, string kind) =>
        Assert.Single(lines, line => line.StartsWith(kind + " ", StringComparison.Ordinal));

    private void Execute(string sql, string file)
    {
        var path = Path.Combine(_folder.Path, file);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private async Task<(int Code, IReadOnlyList<string> Lines)> ReportAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var line = new CommandLine((_, _) => Task.FromResult(0), new Surroundings(output, error, new Dictionary<string, string>()));
        var code = await line.InvokeAsync(["report", "-c", Path.Combine(_folder.Path, "node.hocon"), .. arguments]);
        Assert.Empty(error.ToString());
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task SendAsync(TestNode node, int records)
    {
        await TestNode.Until(() => node.Readiness.IsReady, "the node is ready");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "in.sock")));
        var lines = string.Concat(Enumerable.Range(0, records).Select(static i => $"<14>Jan  1 00:00:00 app: record {i}\n"));
        var before = node.Ledger[LedgerAccount.Stored];
        await socket.SendAsync(Encoding.UTF8.GetBytes(lines));
        await TestNode.Until(() => node.Ledger[LedgerAccount.Stored] >= before + records, "all are stored");
    }
}
