using ActorLog.Node.Storage;
using LinqToDB.Data;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>What keeps two writers of one persistence id apart (design review, C1), and a commit on the disk.</summary>
public sealed class FenceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;

    private string Database => Path.Combine(_folder, "journal.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void TheSecondWriterOfANumberIsRefused()
    {
        var file = SqliteFile.Prepare(Database);
        using var owner = file.Open();
        using var other = file.Open();
        Insert(owner, "partition-1", 1, 2, 3);

        AssertFenced(() => Insert(other, "partition-1", 3));
        AssertFenced(() => Insert(other, "partition-1", 2));
        Insert(owner, "partition-1", 4);
    }

    [Fact]
    public void APausedWriterIsRefusedAlsoWhenItsNumberWasDeleted()
    {
        var file = SqliteFile.Prepare(Database);
        using var paused = file.Open();
        using var owner = file.Open();
        Insert(paused, "partition-1", 1, 2, 3);
        Insert(owner, "partition-1", 4, 5, 6, 7);
        Run(owner, "UPDATE journal SET deleted = 1 WHERE sequence_number <= 7");
        Run(owner, "DELETE FROM journal WHERE sequence_number < 7");

        AssertFenced(() => Insert(paused, "partition-1", 4));
        AssertFenced(() => Insert(paused, "partition-1", 4, 5, 6, 7, 8));
        Insert(owner, "partition-1", 8);
    }

    [Fact]
    public void AGapIsRefused()
    {
        var file = SqliteFile.Prepare(Database);
        using var owner = file.Open();
        Insert(owner, "partition-1", 1);

        AssertFenced(() => Insert(owner, "partition-1", 3));
        AssertFenced(() => Insert(owner, "partition-1", 2, 4));
        Insert(owner, "partition-1", 2, 3, 4);
        Insert(owner, "partition-2", 1);
    }

    [Fact]
    public void AClosedRunTakesNoLateWrite()
    {
        var file = SqliteFile.Prepare(Database);
        var spool = new SpoolDatabase(file);
        using var late = file.Open();
        Insert(late, "edge/a", 1, 2);

        Assert.Equal(2, spool.Close("edge/a"));
        Assert.Equal(2, spool.Close("edge/a"));
        Assert.Equal(0, spool.Close("edge/nothing"));
        AssertFenced(() => Insert(late, "edge/a", 3));
        AssertFenced(() => Insert(late, "edge/nothing", 1));
        Assert.Equal(2, spool.DeleteThrough("edge/a", 2).Bytes / 3);
        AssertFenced(() => Insert(late, "edge/a", 3));
        Insert(late, "edge/b", 1);
    }

    [Theory]
    [InlineData("DROP TRIGGER journal_fence; CREATE TRIGGER journal_fence BEFORE INSERT ON snapshot BEGIN SELECT 1; END")]
    [InlineData("DROP INDEX journal_uq; CREATE INDEX journal_uq ON journal (persistence_id, sequence_number)")]
    [InlineData("DROP INDEX journal_uq; CREATE UNIQUE INDEX journal_uq ON journal (ordering)")]
    public void AJournalWithoutItsFenceIsNoStart(string damage)
    {
        var file = SqliteFile.Prepare(Database);
        using (var connection = file.Open())
        {
            foreach (var statement in damage.Split("; CREATE"))
            {
                Run(connection, statement.StartsWith("DROP", StringComparison.Ordinal) ? statement : "CREATE" + statement);
            }
        }

        var fault = Assert.Throws<StartFaultException>(() => SqliteFile.Prepare(Database));
        Assert.Contains("fence", fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsAStartFaultWithItsCause()
    {
        File.WriteAllText(Database, string.Concat(Enumerable.Repeat("this is no database. ", 500)));
        var fault = Assert.Throws<StartFaultException>(() => SqliteFile.Prepare(Database));
        Assert.Contains(Database, fault.Cause, StringComparison.Ordinal);
        Assert.Contains("not a database", fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void TheJournalKeepsItsIdAndTwoFilesHaveTwo()
    {
        var file = SqliteFile.Prepare(Database);
        Assert.Equal(file.Id, SqliteFile.Prepare(Database).Id);
        Assert.NotEqual(file.Id, SqliteFile.Prepare(Path.Combine(_folder, "other.db")).Id);
    }

    [Fact]
    public async Task EachConnectionOfThePluginSyncsItsCommits()
    {
        var file = SqliteFile.Prepare(Database);
        var options = PersistencePlugins.OptionsOf(file);
        await using var connection = new DataConnection(options);
        Assert.Equal("2", connection.Execute<string>("PRAGMA synchronous"));
        Assert.Equal("wal", connection.Execute<string>("PRAGMA journal_mode"));
        // 2: no file in /var/tmp for each insert of several rows.
        Assert.Equal("2", connection.Execute<string>("PRAGMA temp_store"));

        await using var asynchronous = new DataConnection(options);
        await using var transaction = await asynchronous.BeginTransactionAsync();
        Assert.Equal("2", await asynchronous.ExecuteAsync<string>("PRAGMA synchronous"));
    }

    private static void AssertFenced(Action insert)
    {
        var refused = Assert.Throws<SqliteException>(insert);
        Assert.Contains("fence", refused.Message, StringComparison.Ordinal);
    }

    // All rows in one statement, as the plugin inserts them.
    private static void Insert(SqliteConnection connection, string id, params long[] numbers) =>
        Run(connection,
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES "
            + string.Join(", ", numbers.Select(n => $"(0, 0, '{id}', {n}, x'010203')")));

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
