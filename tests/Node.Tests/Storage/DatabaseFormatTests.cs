using ActorLog.Node.Cli;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Versions;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A database that a newer program wrote is refused before anything is done to it.</summary>
public sealed class DatabaseFormatTests : IDisposable
{
    private static readonly int Newer = Release.Read.Newest + 1;
    private readonly SpoiltDatabase _it = new();

    public void Dispose() => _it.Dispose();

    [Fact]
    public void ANewFileIsMarkedAndOneWithoutAMarkIsTakenForTheFirst()
    {
        _it.FillSpool();
        Assert.Equal(Release.Written, DatabaseFormat.MarkOf(_it.Path));
        Execute("PRAGMA user_version=0");
        using (_it.OpenSpool())
        {
            // Opened, and marked again.
        }

        Assert.Equal(Release.Written, DatabaseFormat.MarkOf(_it.Path));
    }

    [Fact]
    public void ALedgerAloneIsNotMarked()
    {
        using (NodeDatabase.Open(_it.Path, DatabaseKind.Ledger, TimeProvider.System))
        {
            // Made.
        }

        Assert.Equal(0, DatabaseFormat.MarkOf(_it.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ANewerProgramsFileIsRefusedAndNotChangedByAByte(bool isJournal)
    {
        Fill(isJournal);
        // As a newer program may have it: another fence, a table and an event that this one does not know.
        Execute($"PRAGMA user_version={Newer}; DROP TRIGGER journal_fence; CREATE TABLE later (x);"
            + " UPDATE journal SET manifest = 'later/1' WHERE sequence_number = 7");
        AssertRefused(isJournal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ANewerProgramsDamagedFileIsNotSalvaged(bool isJournal)
    {
        Fill(isJournal);
        Execute($"PRAGMA user_version={Newer}");
        _it.Overwrite(SpoiltDatabase.PageBytes, SpoiltDatabase.PageBytes * 2);
        AssertRefused(isJournal);
    }

    [Theory]
    [InlineData(false, "block/2")]
    [InlineData(true, "part-stored/2")]
    public void RowsOfANewerProgramAreNotLeftOutByASalvage(bool isJournal, string manifest)
    {
        Fill(isJournal);
        Execute($"UPDATE journal SET manifest = '{manifest}' WHERE sequence_number = 7");
        // The mark is lost too.
        _it.Overwrite(0, 100);
        var before = File.ReadAllBytes(_it.Path);
        var fault = Assert.Throws<StartFaultException>(() => isJournal ? _it.OpenJournal() : _it.OpenSpool());
        Assert.Contains($"'{manifest}' was written by another version", fault.Cause, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_it.Path));
    }

    [Fact]
    public void ADamagedMarkIsDamage()
    {
        _it.FillSpool();
        _it.Overwrite(20, 80);
        using var database = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(database, SpoiltDatabase.Blocks, lost: 0);
        Assert.Equal(Release.Written, DatabaseFormat.MarkOf(_it.Path));
    }

    [Fact]
    public async Task WhoOnlyReadsRefusesItToo()
    {
        _it.FillSpool();
        Execute($"PRAGMA user_version={Newer}");
        var before = await File.ReadAllBytesAsync(_it.Path);
        foreach (var verb in new[] { "fsck", "fsck --repair", "report", "spool list", "spool export" })
        {
            using var error = new StringWriter();
            var command = new CommandLine(
                static (_, _) => throw new InvalidOperationException("It runs."),
                new Surroundings(TextWriter.Null, error, new Dictionary<string, string>()));
            var code = await command.InvokeAsync([.. verb.Split(' '), "--set", $"spool.path={_it.Path}", "--set", $"data-directory={_it.Folder}"]);
            Assert.Equal(ExitCode.Failed, code);
            Assert.Contains($"in format {Newer}, and this one reads {Release.Read}", error.ToString(), StringComparison.Ordinal);
            Assert.Contains("Start the newer program again", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_it.Path));
    }

    private void Fill(bool isJournal)
    {
        if (isJournal)
        {
            _it.FillJournal();
        }
        else
        {
            _it.FillSpool();
        }
    }

    private void AssertRefused(bool isJournal)
    {
        var before = File.ReadAllBytes(_it.Path);
        var fault = Assert.Throws<StartFaultException>(() => isJournal ? _it.OpenJournal() : _it.OpenSpool());
        Assert.Contains($"a newer actorlog wrote it, in format {Newer}, and this one reads {Release.Read}", fault.Cause, StringComparison.Ordinal);
        Assert.StartsWith("Start the newer program again", fault.Remedy, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_it.Path));
        Assert.Empty(Directory.GetFiles(_it.Folder, "x.db.damaged*"));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _it.Path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
