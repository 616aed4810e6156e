using ActorLog.Node.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A damaged spool starts, with what is good of it; the rest is set aside and counted.</summary>
public sealed class SpoolSalvageTests : IDisposable
{
    private readonly SpoiltDatabase _it = new();

    public void Dispose() => _it.Dispose();

    [Fact]
    public void ASoundSpoolIsLeftAlone()
    {
        _it.FillSpool();
        using var database = _it.OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Empty(database.Notes);
        Assert.Equal(SpoiltDatabase.Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(0, SpoiltDatabase.PageBytes)]
    public void ABrokenHeaderLosesNoRow(int at, int length)
    {
        _it.FillSpool();
        _it.Overwrite(at, length);

        using var database = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(database, SpoiltDatabase.Blocks, lost: 0);
    }

    [Fact]
    public void AFlippedByteInABlockLosesThatBlockAndIsCountedToTheRecord()
    {
        _it.FillSpool();
        // A block that is no neighbour of the ends.
        _it.FlipByteOfBlock(20);

        using var database = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(database, SpoiltDatabase.Blocks - 1, lost: 1);
        Assert.Equal(2, database.Salvage!.RecordsLost);
        Assert.Contains(database.Salvage.Lines, static l => l.Contains("blocks 20 to 20 are lost, 2 records", StringComparison.Ordinal));
    }

    [Fact]
    public void TheLedgerOfASpoolIsKeptWithIt()
    {
        _it.FillSpool();
        using (var before = _it.OpenSpool())
        using (var connection = before.File.Open())
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "INSERT INTO ledger_run VALUES ('r1', 'web1', 'p', 1, 2, NULL)";
            command.ExecuteNonQuery();
        }

        _it.Remount();
        _it.FlipByteOfBlock(20);
        using var database = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(database, SpoiltDatabase.Blocks - 1, lost: 1);
        using var after = database.File.Open();
        Assert.Equal(["r1"], DatabaseCheck.Column(after, "SELECT run FROM ledger_run"));
    }

    [Fact]
    public void APageOfGarbageInTheMiddleLosesItsRowsOnly()
    {
        _it.FillSpool();
        var pages = new FileInfo(_it.Path).Length / SpoiltDatabase.PageBytes;
        _it.Overwrite((pages / 2) * SpoiltDatabase.PageBytes, SpoiltDatabase.PageBytes);

        using var database = _it.OpenSpool();
        Assert.InRange(database.Salvage!.Rows, SpoiltDatabase.Blocks - 4, SpoiltDatabase.Blocks - 1);
        Assert.Equal(SpoiltDatabase.Blocks, database.Salvage.Rows + database.Salvage.RowsLost);
        Assert.Equal(SpoiltDatabase.Blocks * 2, database.Salvage.Records + database.Salvage.RecordsLost);
    }

    [Fact]
    public void ACutTailLosesWhatStoodThere()
    {
        _it.FillSpool();
        using (var file = new FileStream(_it.Path, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        using var database = _it.OpenSpool();
        Assert.InRange(database.Salvage!.Rows, 1, SpoiltDatabase.Blocks - 1);
    }

    [Fact]
    public void AnEmptyFileIsNoSilentStart()
    {
        _it.FillSpool();
        File.WriteAllBytes(_it.Path, []);

        using var database = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(database, 0, lost: 0);
        Assert.Contains(database.Salvage!.Lines, static l => l.Contains("nothing could be salvaged", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsSetAsideAndNotTouched()
    {
        var text = string.Concat(Enumerable.Repeat("this is no database. ", 500));
        File.WriteAllText(_it.Path, text);

        using var database = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(database, 0, lost: 0);
        Assert.Equal(text, File.ReadAllText(database.Salvage!.Aside));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnInterruptedSalvageIsEndedOrBegunAnew(bool isMade)
    {
        _it.FillSpool();
        File.Copy(_it.Path, _it.Path + (isMade ? ".salvaged" : ".salvaging"));
        using var database = _it.OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal(isMade ? 1 : 0, Directory.GetFiles(_it.Folder, "*.damaged-*").Length);
        Assert.Equal(SpoiltDatabase.Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Fact]
    public void DamageThatIsMetWhileRunningIsHeard()
    {
        _it.FillSpool();
        using var database = _it.OpenSpool();
        using (var connection = database.File.Open())
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "UPDATE journal SET message = x'00112233' WHERE sequence_number = 3";
            command.ExecuteNonQuery();
        }

        var spool = new SpoolDatabase(database.File);
        spool.Note(new SqliteException("database disk image is malformed", 11));
        Assert.True(database.File.Damage.IsCompleted);
        database.Dispose();

        using var next = _it.OpenSpool();
        SpoiltDatabase.AssertSalvaged(next, SpoiltDatabase.Blocks - 1, lost: 1);
    }
}
