using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Testing.Processes;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A server of PostgreSQL for a class of tests, each with a database of its own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;
    private int _databases;

    public PostgresCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await PostgresCluster.Start();

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    public async Task<string> NewDatabase(string encoding = "UTF8")
    {
        var name = $"db{Interlocked.Increment(ref _databases)}";
        await Cluster.CreateDatabase(name, encoding);
        return name;
    }

    internal static PostgresSettings SettingsOf(string uri, string? passwordFile = null)
    {
        Assert.Null(PostgresUri.Read(uri, passwordFile, out var settings));
        return settings!;
    }

    internal SqliteFile Notes() => SqliteFile.Prepare(Path.Combine(_folder, $"{Guid.NewGuid():N}.db"));

    internal PostgresJournal Journal(string database) => new(SettingsOf(Cluster.Uri(database)), Notes());

    internal async Task<PostgresJournal> OpenJournal(string database)
    {
        var journal = Journal(database);
        await journal.OpenAsync(CancellationToken.None);
        return journal;
    }
}
