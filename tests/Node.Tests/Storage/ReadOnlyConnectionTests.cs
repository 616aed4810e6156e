using ActorLog.Node.Storage;
using ActorLog.Testing.Processes;
using ActorLog.Testing.Processes.Volumes;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>
/// SQLite opens for reading what it may not write, without a word: such a connection can never write, and the pool would hand
/// it out again when the fault is long over.
/// </summary>
public class ReadOnlyConnectionTests
{
    [Fact]
    public async Task A_connection_opened_while_writing_was_forbidden_does_not_outlive_the_fault()
    {
        await using var volume = await Ext4Volume.Mount(32);
        var file = SqliteFile.Prepare(volume["journal.db"]);

        // The pool's only one, which keeps the log in being: the next is a new one.
        var held = file.Open();
        var log = volume["journal.db-wal"];
        await ChildProcess.Run(Repository.Part("chattr"), ["+i", log], "/");
        SqliteException fault;
        try
        {
            fault = Assert.Throws<SqliteException>(() => file.SetValue("name", "meanwhile"));
        }
        finally
        {
            await ChildProcess.Run(Repository.Part("chattr"), ["-i", log], "/");
        }

        Assert.Equal(8, fault.SqliteErrorCode);
        Assert.Throws<SqliteException>(() => file.SetValue("name", "pooled"));
        file.Note(new AggregateException(fault));
        file.SetValue("name", "after");
        Assert.Equal("after", file.Value("name"));
        held.Dispose();
        file.SetValue("name", "at last");
        file.ClosePool();
    }
}
