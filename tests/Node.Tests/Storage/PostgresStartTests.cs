using ActorLog.Node.Storage;
using ActorLog.Testing.Processes;
using Npgsql;

namespace ActorLog.Node.Tests.Storage;

/// <summary>What a node makes in a database, and which databases it refuses.</summary>
public sealed class PostgresStartTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task SeveralThatStartAtOnceMakeOneJournal()
    {
        var database = await server.NewDatabase();
        var journals = Enumerable.Range(0, 4).Select(_ => server.Journal(database)).ToList();
        await Task.WhenAll(journals.Select(j => j.OpenAsync(CancellationToken.None)));

        Assert.Single(journals.Select(static j => j.Id).Distinct());
        Assert.All(journals, static j => Assert.Matches(@"^\d+/[0-9A-F]{8}$", j.Timeline));
        foreach (var journal in journals)
        {
            await journal.DisposeAsync();
        }

        await using var later = await server.OpenJournal(database);
        Assert.Equal(journals[0].Id, later.Id);
    }

    [Theory]
    [InlineData("DROP TRIGGER journal_fence ON journal", "journal_fence")]
    [InlineData("ALTER TABLE journal DISABLE TRIGGER journal_fence", "journal_fence")]
    [InlineData("ALTER TABLE journal ENABLE REPLICA TRIGGER journal_fence", "journal_fence")]
    [InlineData("DROP TRIGGER snapshot_newest ON snapshot", "snapshot_newest")]
    [InlineData("DROP INDEX journal_uq; CREATE INDEX journal_uq ON journal (persistence_id, sequence_number)", "journal_uq")]
    [InlineData("DROP INDEX journal_uq; CREATE UNIQUE INDEX journal_uq ON journal (ordering)", "journal_uq")]
    [InlineData("DROP INDEX journal_uq; CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number) WHERE deleted", "journal_uq")]
    [InlineData("CREATE OR REPLACE FUNCTION journal_fence() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "journal_fence")]
    [InlineData("CREATE OR REPLACE FUNCTION actorlog_history() RETURNS text LANGUAGE sql AS 'SELECT ''1'''", "actorlog_history")]
    [InlineData("UPDATE actorlog SET value = '2' WHERE name = 'schema'", "a newer actorlog wrote it, in format 2, and this one reads 1")]
    [InlineData("UPDATE actorlog SET value = '0' WHERE name = 'schema'", "it is of format 0")]
    [InlineData("DELETE FROM actorlog WHERE name = 'journal-id'", "id is missing")]
    public async Task AJournalWithoutItsFenceIsNoStart(string damage, string named)
    {
        var database = await server.NewDatabase();
        await (await server.OpenJournal(database)).DisposeAsync();
        await server.Cluster.Query(database, damage);

        var fault = await Refusal(server.Journal(database));
        Assert.Contains(named, fault.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synchronous_commit = off", "synchronous_commit is off")]
    [InlineData("session_replication_role = replica", "session_replication_role")]
    public async Task ADatabaseThatPromisesLessIsNoStart(string setting, string named)
    {
        var database = await server.NewDatabase();
        await server.Cluster.Query(database, $"ALTER DATABASE {database} SET {setting}");

        var fault = await Refusal(server.Journal(database));
        Assert.Contains(named, fault.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fsync=off", "fsync is off")]
    [InlineData("full_page_writes=off", "full_page_writes is off")]
    public async Task AServerThatPromisesLessIsNoStart(string setting, string named)
    {
        await using var cluster = await PostgresCluster.Start(setting);
        await cluster.CreateDatabase("actorlog");

        var fault = await Refusal(new PostgresJournal(PostgresServer.SettingsOf(cluster.Uri("actorlog")), server.Notes()));
        Assert.Contains(named, fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherEncodingIsNoStart()
    {
        var fault = await Refusal(server.Journal(await server.NewDatabase("LATIN1")));
        Assert.Contains("encoding is LATIN1", fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADatabaseThatIsNotThereIsNoStart()
    {
        var fault = await Refusal(server.Journal("nowhere"));
        Assert.Contains("\"nowhere\" does not exist", fault.Cause, StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AUserWithoutRightsIsNoStart()
    {
        var database = await server.NewDatabase();
        await server.Cluster.Query(database, "CREATE ROLE guest LOGIN");
        var uri = server.Cluster.Uri(database).Replace(PostgresCluster.User + "@", "guest@", StringComparison.Ordinal);

        var fault = await Refusal(new PostgresJournal(PostgresServer.SettingsOf(uri), server.Notes()));
        Assert.Contains("permission denied", fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatCannotBeReachedIsWaitedFor()
    {
        await using var journal = new PostgresJournal(
            PostgresServer.SettingsOf($"postgresql://a@127.0.0.1:{FreePort.Next()}/b?sslmode=disable"), server.Notes());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => journal.OpenAsync(CancellationToken.None));
        Assert.NotNull(journal.Outage);
    }

    [Fact]
    public async Task TheHistoryIsAnotherOneOnceAStandbyHasTakenOver()
    {
        await using var primary = await PostgresCluster.Start();
        await primary.CreateDatabase("actorlog");
        await using var standby = await primary.StartStandby();
        var notes = server.Notes();
        await using var journal = new PostgresJournal(PostgresServer.SettingsOf(primary.Uri("actorlog", standby)), notes);
        await journal.OpenAsync(CancellationToken.None);
        var before = journal.Timeline;
        Assert.EndsWith("/00000001", before, StringComparison.Ordinal);
        Assert.False(journal.KeepsCutBytes);
        await primary.WaitFor(standby);
        await primary.Stop();
        await standby.Promote();

        await NodeHost.Until(() => journal.LookAsync(false, CancellationToken.None).GetAwaiter().GetResult() is null, "the standby is found");
        Assert.Equal(before[..^1] + "2", journal.Timeline);
        Assert.True(journal.KeepsCutBytes);

        // The next start knows it too, until this one has ended well.
        await using var next = new PostgresJournal(PostgresServer.SettingsOf(standby.Uri("actorlog")), notes);
        await next.OpenAsync(CancellationToken.None);
        Assert.True(next.KeepsCutBytes);
        next.Close();
        await using var last = new PostgresJournal(PostgresServer.SettingsOf(standby.Uri("actorlog")), notes);
        await last.OpenAsync(CancellationToken.None);
        Assert.False(last.KeepsCutBytes);
    }

    private static async Task<StartFaultException> Refusal(PostgresJournal journal)
    {
        await using (journal)
        {
            return await Assert.ThrowsAsync<StartFaultException>(() => journal.OpenAsync(CancellationToken.None));
        }
    }
}
