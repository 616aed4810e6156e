using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>The book finds what the drill must not see: a fence that let a second writer in.</summary>
public sealed class WriterBookTests : IAsyncLifetime
{
    private PostgresCluster _database = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresCluster.Start();
        await _database.CreateDatabase(ClusterPlant.DatabaseName);
        // As the program makes it, without its fence.
        await Do(
            """
            CREATE TABLE journal (
                persistence_id varchar(255) NOT NULL, sequence_number bigint NOT NULL, message bytea NOT NULL, manifest varchar(500) NULL,
                writer_uuid varchar(128) NULL)
            """);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Writers_that_follow_each_other_by_owning_are_no_fault()
    {
        var book = await WriterBook.Begin(_database);
        await Write(1, "one", new Owned("root", "logs0", 1));
        await Write(2, "one", new OriginEnded("web/1", 0));
        await Write(3, "two", new Owned("root", "logs1", 2));
        await Write(4, "two", new OriginEnded("web/2", 0));
        await Do("DELETE FROM journal");
        Assert.Empty(await book.Intrusions());
        Assert.Equal(4, await book.Events());
        Assert.Equal(2, await book.Takeovers());
    }

    [Fact]
    public async Task Writer_that_goes_on_behind_its_successor_is_found()
    {
        var book = await WriterBook.Begin(_database);
        await Write(1, "one", new Owned("root", "logs0", 1));
        await Write(2, "two", new Owned("root", "logs1", 2));
        await Write(3, "one", new OriginEnded("web/1", 0));
        var fault = Assert.Single(await book.Intrusions());
        Assert.StartsWith("partition-0 3 is of one at ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Epoch_that_does_not_rise_is_found()
    {
        var book = await WriterBook.Begin(_database);
        await Write(1, "one", new Owned("root", "logs0", 7));
        await Write(2, "two", new Owned("root", "logs1", 7));
        Assert.Equal(["partition-0 is owned with epoch 7, behind 7"], await book.Intrusions());
    }

    private Task<IReadOnlyList<string>> Do(string sql) => _database.Query(ClusterPlant.DatabaseName, sql);

    private Task<IReadOnlyList<string>> Write(int number, string writer, JournalEvent e) => Do(
        $"INSERT INTO journal VALUES ('partition-0', {number}, '\\x{Convert.ToHexString(JournalCodec.Write(e))}', '{JournalCodec.ManifestOf(e)}', '{writer}')");
}
