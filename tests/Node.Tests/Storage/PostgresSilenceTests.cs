using LinqToDB.Data;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A database that is there and says nothing: it holds up nobody who does not ask it.</summary>
public sealed class PostgresSilenceTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Longer than whoever asks after idle connections would wait before he does.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task Connections_that_are_idle_then_are_closed_at_once()
    {
        var journal = await server.OpenJournal(await server.NewDatabase());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var connection = new DataConnection(journal.Options());
            await connection.ExecuteAsync("SELECT pg_sleep(0.2)");
        }));
        server.Cluster.Pause();
        try
        {
            // That they are idle for so long is what is tested.
            await Task.Delay(Idle);
            await Task.Run(async () => await journal.DisposeAsync()).WaitAsync(Limit);
        }
        finally
        {
            server.Cluster.Resume();
        }
    }
}
