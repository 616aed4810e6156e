using ActorLog.Node.Storage;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Npgsql;

namespace ActorLog.Node.Tests.Storage;

/// <summary>What keeps two writers of one persistence id apart on PostgreSQL (decision 0021), on a real server.</summary>
public sealed class PostgresFenceTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private PostgresJournal _journal = null!;

    public async Task InitializeAsync() => _journal = await server.OpenJournal(await server.NewDatabase());

    public async Task DisposeAsync() => await _journal.DisposeAsync();

    [Fact]
    public async Task HundredsOfRowsOfSeveralIdsGoInOneStatement()
    {
        await using var owner = Open();
        await Insert(owner, "partition-1", 1, 2, 3);
        var rows = Enumerable.Range(0, 400).Select(i => RowOf($"partition-{i % 3}", (i % 3 == 1 ? 4 : 1) + (i / 3))).ToList();
        await Insert(owner, rows);

        Assert.Equal(403, await owner.ExecuteAsync<int>("SELECT count(*) FROM journal"));
        Assert.Equal(0, await owner.ExecuteAsync<int>("SELECT count(*) FROM journal WHERE tags IS NOT NULL"));
    }

    [Fact]
    public async Task AHoleInOneStatementIsRefusedWholly()
    {
        await using var owner = Open();
        await Insert(owner, "partition-1", 1);

        await AssertRefused(PostgresSchema.NotNext, () => Insert(owner, "partition-1", 3));
        await AssertRefused(PostgresSchema.NotNext, () => Insert(owner, [RowOf("partition-2", 1), RowOf("partition-1", 2), RowOf("partition-1", 4)]));
        Assert.Equal(1, await owner.ExecuteAsync<int>("SELECT count(*) FROM journal"));
        await Insert(owner, "partition-1", 2, 3, 4);
    }

    [Fact]
    public async Task APausedWriterIsRefusedAlsoWhenItsNumberWasDeleted()
    {
        await using var paused = Open();
        await using var owner = Open();
        await Insert(paused, "partition-1", 1, 2, 3);
        await Insert(owner, "partition-1", 4, 5, 6, 7);
        await Snapshot(owner, "partition-1", 7);
        await Delete(owner, "partition-1", 7);

        Assert.Equal(1, await owner.ExecuteAsync<int>("SELECT count(*) FROM journal"));
        await AssertRefused(PostgresSchema.NotNext, () => Insert(paused, "partition-1", 4));
        await AssertRefused(PostgresSchema.NotNext, () => Insert(paused, "partition-1", 4, 5, 6, 7, 8));
        await Insert(owner, "partition-1", 8);
    }

    [Fact]
    public async Task OfTwoThatInsertTheSameNumberOneWaitsAndIsRefused()
    {
        await using var first = Open();
        await using var second = Open();
        await Insert(first, "partition-1", 1);
        await using var transaction = await first.BeginTransactionAsync();
        await Insert(first, "partition-1", 2);
        var late = Insert(second, "partition-1", 2);
        await UntilWaiting();
        await transaction.CommitAsync();

        await AssertRefused(PostgresSchema.NotNext, () => late);
    }

    [Fact]
    public async Task WhatIsNotCommittedIsNotCountedAndWhatIsRolledBackDoesNotMatter()
    {
        await using var first = Open();
        await using var second = Open();
        await Insert(first, "partition-1", 1);
        await using (var transaction = await first.BeginTransactionAsync())
        {
            await Insert(first, "partition-1", 2);
            var ahead = Insert(second, "partition-1", 3);
            await UntilWaiting();
            await transaction.RollbackAsync();
            await AssertRefused(PostgresSchema.NotNext, () => ahead);
        }

        await Insert(second, "partition-1", 2);
    }

    // Without the lock the second would have looked before the first's commit, and would be let in behind the deletes.
    [Fact]
    public async Task AWriterThatHasWaitedSeesWhatWasDeletedMeanwhile()
    {
        await using var owner = Open();
        await using var stale = Open();
        await Insert(owner, "partition-1", 1);
        await using var transaction = await owner.BeginTransactionAsync();
        await Insert(owner, "partition-1", 2);
        var late = Insert(stale, "partition-1", 2);
        await UntilWaiting();
        await Insert(owner, "partition-1", 3, 4, 5);
        await Snapshot(owner, "partition-1", 5);
        await Delete(owner, "partition-1", 5);
        await transaction.CommitAsync();

        await AssertRefused(PostgresSchema.NotNext, () => late);
        Assert.Equal(5, await owner.ExecuteAsync<long>("SELECT min(sequence_number) FROM journal"));
    }

    [Fact]
    public async Task WritersOfOtherIdsDoNotWait()
    {
        await using var first = Open();
        await using var second = Open();
        await using var transaction = await first.BeginTransactionAsync();
        await Insert(first, "partition-1", 1);
        await Insert(second, "partition-2", 1);
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task AWriterThatHasReadAnotherHistoryIsRefused()
    {
        await using var writer = Open();
        await AssertRefused(PostgresSchema.OtherHistory, () => Insert(writer, [RowOf("partition-1", 1, "7/00000009")]));
        await AssertRefused(PostgresSchema.OtherHistory, () => Insert(writer, [RowOf("partition-1", 1, null)]));
        await AssertRefused(PostgresSchema.OtherHistory, () => Snapshot(writer, "partition-1", 1, "7/00000009"));
        await Insert(writer, "partition-1", 1);
    }

    [Fact]
    public async Task NothingIsDeletedThatNoSnapshotCovers()
    {
        await using var owner = Open();
        await Insert(owner, "partition-1", 1, 2, 3);
        await AssertRefused(PostgresSchema.NotCovered, () => Delete(owner, "partition-1", 2));
        await Snapshot(owner, "partition-1", 2);
        await AssertRefused(PostgresSchema.NotCovered, () => Delete(owner, "partition-1", 3));
        await Delete(owner, "partition-1", 2);
        Assert.Equal(2, await owner.ExecuteAsync<int>("SELECT count(*) FROM journal"));
    }

    [Fact]
    public async Task TheNewestSnapshotStays()
    {
        await using var owner = Open();
        await Snapshot(owner, "partition-1", 2);
        await AssertRefused(PostgresSchema.NotCovered, () => owner.ExecuteAsync("DELETE FROM snapshot"));
        await Snapshot(owner, "partition-1", 5);
        await owner.ExecuteAsync("DELETE FROM snapshot WHERE sequence_number < 5");
        Assert.Equal(1, await owner.ExecuteAsync<int>("SELECT count(*) FROM snapshot"));
    }

    [Fact]
    public async Task ATransactionThatSeesAnOldStateIsRefused()
    {
        await using var owner = Open();
        await using var transaction = await owner.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await AssertRefused(PostgresSchema.WrongIsolation, () => Insert(owner, "partition-1", 1));
    }

    private static async Task AssertRefused(string state, Func<Task> act)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(act);
        Assert.Equal(state, refused.SqlState);
    }

    private DataConnection Open() => new(_journal.Options());

    private JournalRow RowOf(string id, long number) => RowOf(id, number, $";{_journal.Timeline};");

    private static JournalRow RowOf(string id, long number, string? tags) =>
        new() { PersistenceId = id, SequenceNumber = number, Tags = tags, Message = new byte[100] };

    private Task Insert(DataConnection connection, string id, params long[] numbers) =>
        Insert(connection, [.. numbers.Select(n => RowOf(id, n))]);

    // As the plugin does it.
    private static async Task Insert(DataConnection connection, IReadOnlyList<JournalRow> rows) => await connection.BulkCopyAsync(
        new BulkCopyOptions(BulkCopyType: BulkCopyType.MultipleRows, UseParameters: true, MaxBatchSize: 1000), rows);

    private async Task Snapshot(DataConnection connection, string id, long number, string? history = null) => await connection.ExecuteAsync(
        "INSERT INTO snapshot VALUES (@id, @number, 0, '', @manifest, 7510)",
        new DataParameter("id", id), new DataParameter("number", number), new DataParameter("manifest", $"snapshot/1 {history ?? _journal.Timeline}"));

    private static async Task Delete(DataConnection connection, string id, long through)
    {
        await connection.ExecuteAsync(
            "UPDATE journal SET deleted = true WHERE persistence_id = @id AND sequence_number <= @through",
            new DataParameter("id", id), new DataParameter("through", through));
        await connection.ExecuteAsync(
            "DELETE FROM journal WHERE persistence_id = @id AND sequence_number < (SELECT max(sequence_number) FROM journal WHERE persistence_id = @id AND deleted)",
            new DataParameter("id", id));
    }

    private async Task UntilWaiting()
    {
        await using var looking = Open();
        await NodeHost.Until(
            () => looking.Execute<int>("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0,
            "a writer waits");
    }

    [Table("journal")]
    private sealed class JournalRow
    {
        [Column("created")]
        public long Created { get; init; }

        [Column("deleted")]
        public bool Deleted { get; init; }

        [Column("persistence_id")]
        public string PersistenceId { get; init; } = string.Empty;

        [Column("sequence_number")]
        public long SequenceNumber { get; init; }

        [Column("message")]
        public byte[] Message { get; init; } = [];

        [Column("tags")]
        public string? Tags { get; init; }
    }
}
