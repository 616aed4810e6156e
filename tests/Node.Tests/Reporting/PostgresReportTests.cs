using ActorLog.Node.Cli;
using ActorLog.Node.Tests.Settings;
using ActorLog.Node.Tests.Storage;
using ActorLog.Testing.Processes;

namespace ActorLog.Node.Tests.Reporting;

/// <summary>What actorlog report says of a journal on PostgreSQL.</summary>
public sealed class PostgresReportTests(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_absent_until_a_node_has_made_it_and_then_ok()
    {
        var database = await server.NewDatabase();
        Assert.Equal((ExitCode.Ok, "absent"), await ReportAsync(server.Cluster.Uri(database)));
        // Looking makes nothing.
        Assert.Equal((ExitCode.Ok, "absent"), await ReportAsync(server.Cluster.Uri(database)));
        await using var journal = await server.OpenJournal(database);
        Assert.Equal((ExitCode.Ok, "ok"), await ReportAsync(server.Cluster.Uri(database)));
    }

    [Fact]
    public async Task What_is_wrong_with_it_is_told()
    {
        var database = await server.NewDatabase();
        await using var journal = await server.OpenJournal(database);
        await server.Cluster.Query(database, "DROP TRIGGER journal_fence ON journal");
        var (code, state) = await ReportAsync(server.Cluster.Uri(database));
        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith(
            "fault fault=\"the trigger journal_fence is missing, changed or switched off", state, StringComparison.Ordinal);
        Assert.Contains(" remedy=\"Put it back as it was", state, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_it_cannot_be_reached_is_told()
    {
        var (code, state) = await ReportAsync($"postgresql://actorlog@127.0.0.1:{FreePort.Next()}/actorlog");
        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("fault fault=\"Connection refused\" remedy=\"see that the database runs", state, StringComparison.Ordinal);
    }

    // The exit code, and the state of the journal with what follows it.
    private async Task<(int Code, string State)> ReportAsync(string uri)
    {
        TestNode.Read(_folder.Path);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var line = new CommandLine((_, _) => Task.FromResult(0), new Surroundings(output, error, new Dictionary<string, string>()));
        var code = await line.InvokeAsync(
            ["report", "-c", Path.Combine(_folder.Path, "node.hocon"), "--set", $"aggregator.journal={uri}"]);
        Assert.Empty(error.ToString());
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("verdict imbalance=0 unexplained=0", lines[^1]);
        var told = Assert.Single(lines, static one => one.StartsWith("database path=postgresql://", StringComparison.Ordinal));
        return (code, told[(told.IndexOf(" state=", StringComparison.Ordinal) + " state=".Length)..]);
    }
}
