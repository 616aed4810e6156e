using ActorLog.Node.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

public sealed class SqliteMemoryTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const int RowBytes = 64 * 1024;
    private readonly string _folder = Directory.CreateTempSubdirectory("actorlog-").FullName;

    [Theory]
    [InlineData(48 * MiB, 2 * MiB, 4 * MiB)]
    [InlineData(4096 * MiB, 14 * MiB, 18 * MiB)]
    public void The_log_is_as_long_as_the_memory_allows(long memory, long least, long most)
    {
        var path = Path.Combine(_folder, "a.db");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Do(connection, $"PRAGMA page_size={PageSize.Default}; PRAGMA journal_mode=WAL; {SqliteFile.PragmasFor(memory)}");
        Do(connection, "CREATE TABLE t (b BLOB NOT NULL)");
        for (var written = 0L; written < 2 * most; written += RowBytes)
        {
            Do(connection, $"INSERT INTO t VALUES (ZEROBLOB({RowBytes}))");
        }

        Assert.InRange(new FileInfo(path + "-wal").Length, least, most);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Do(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
