using ActorLog.Node.Hosting;
using ActorLog.Node.Tests.Storage;
using ActorLog.Protocol.Delivery;
using ActorLog.Testing.Processes;

namespace ActorLog.Node.Tests.Sharding;

/// <summary>A partition whose journal is on PostgreSQL, on a real server.</summary>
public sealed class PostgresPartitionTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task ItStoresWritesCleansAndReadsBack()
    {
        var database = await server.NewDatabase();
        await using var host = HostOn(server.Cluster.Uri(database));
        await host.StoreAsync("a", "b");
        await host.UntilLines("a", "b");
        await host.RestartAsync();
        await host.StoreAsync("c");
        await host.UntilLines("a", "b", "c");

        // Enough for a snapshot and a delete.
        var wanted = new List<string> { "a", "b", "c" };
        for (var i = 0; i < 450; i++)
        {
            host.Send($"m{i}");
            wanted.Add($"m{i}");
        }

        await host.AnswerAsync(host.Next - 1);
        await NodeHost.Until(
            () =>
            {
                wanted.Add($"last{wanted.Count}");
                host.StoreAsync(wanted[^1]).GetAwaiter().GetResult();
                return Rows(database, "SELECT min(sequence_number) > 1 FROM journal") == "t";
            },
            "rows are deleted");
        Assert.Equal("1", Rows(database, "SELECT count(*) FROM snapshot"));
        await host.RestartAsync();
        await host.StoreAsync("d");
        wanted.Add("d");
        await host.UntilLines([.. wanted]);
    }

    [Fact]
    public async Task AStreamOfAnotherHistoryIsAskedToWait()
    {
        await using var host = HostOn(server.Cluster.Uri(await server.NewDatabase()));
        await host.StoreAsync("a");
        var looks = host.Node.Probe();
        host.Node.System.EventStream.Subscribe(looks, typeof(LookAtJournal));
        host.Entity.Tell(
            new TakePart(PartitionHost.Partition, PartitionHost.Origin, 1, null, "edge-1", Samples.Block(PartitionHost.HostName, "a")) { Timeline = "7/00000009" },
            host.Gateway);

        var answer = await host.AnswerAsync(1);
        Assert.Equal(PartAnswerKind.Later, answer.Kind);
        Assert.Equal(host.Node.Postgres!.Timeline, answer.Timeline);
        await looks.ExpectMsgAsync<LookAtJournal>(NodeHost.Patience);
        await host.StoreAsync("b");
    }

    [Fact]
    public async Task ItGoesOnByItselfWhenTheDatabaseIsBack()
    {
        await using var cluster = await PostgresCluster.Start();
        await cluster.CreateDatabase("actorlog");
        await using var host = HostOn(cluster.Uri("actorlog"));
        await host.UseShardAsync();
        await host.StoreAsync("a");
        await cluster.Kill();
        var lost = host.Next;
        host.Send("b");
        Assert.Equal(PartAnswerKind.Later, (await host.AnswerAsync(lost)).Kind);
        await cluster.StartAgain();
        host.Next = lost;
        await StoreThrough(host, "b");
        await host.UntilLines("a", "b");
    }

    [Fact]
    public async Task WhatADatabaseLostByAFailoverStandsOnceWhenItHasComeAgain()
    {
        await using var primary = await PostgresCluster.Start();
        await primary.CreateDatabase("actorlog");
        await using var standby = await primary.StartStandby();
        await using var host = HostOn(primary.Uri("actorlog", standby));
        await host.UseShardAsync();
        host.Node.System.ActorOf(JournalWatchActor.Props(host.Node.Postgres!));
        await host.StoreAsync("a");
        await host.StoreAsync("b");
        await host.UntilLines("a", "b");
        await primary.WaitFor(standby);
        await standby.Stop();
        await host.StoreAsync("lost");
        await host.UntilLines("a", "b", "lost");
        var before = host.Node.Postgres!.Timeline;
        await primary.Kill();
        await standby.StartAgain();
        await standby.Promote();
        await NodeHost.Until(() => host.Node.Postgres.Timeline != before, "the failover is seen");

        // As an edge does that is told of another history: what is not settled comes again.
        host.Next = 3;
        await StoreThrough(host, "lost");
        await StoreThrough(host, "c");
        await host.UntilLines("a", "b", "lost", "c");
        Assert.NotEmpty(Directory.EnumerateFiles(host.Aggregator.Files.Directory, ".cut-*"));
    }

    private static PartitionHost HostOn(string uri) =>
        new(settings => settings with { Postgres = PostgresServer.SettingsOf(uri) });

    // What a recovery that failed took with it is not answered: a gateway sends again after a while.
    private static async Task StoreThrough(PartitionHost host, string message)
    {
        var n = host.Next++;
        var isStored = false;
        var limit = DateTime.UtcNow + NodeHost.Patience;
        while (!isStored)
        {
            Assert.True(DateTime.UtcNow < limit, $"part {n} was never stored");
            host.SendAs(n, n == 1 ? null : n - 1, message);
            isStored = await host.Gateway.ReceiveOneAsync(TimeSpan.FromMilliseconds(300)) is PartAnswer { Kind: PartAnswerKind.Stored } answer
                && answer.N == n;
        }
    }

    private string Rows(string database, string sql) => server.Cluster.Query(database, sql).GetAwaiter().GetResult()[0];
}
