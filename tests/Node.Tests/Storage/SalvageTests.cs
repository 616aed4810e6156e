using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A damaged database starts, with what is good of it; the rest is set aside and counted.</summary>
public sealed class SalvageTests : IDisposable
{
    private const int Blocks = 40;
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;

    private string Database => Path.Combine(_folder, "x.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void ASoundSpoolIsLeftAlone()
    {
        FillSpool();
        using var database = OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Empty(database.Notes);
        Assert.Equal(Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(0, 16384)]
    public void ABrokenHeaderLosesNoRow(int at, int length)
    {
        FillSpool();
        Overwrite(Database, at, length);

        using var database = OpenSpool();
        AssertSalvaged(database, Blocks, lost: 0);
    }

    [Fact]
    public void AFlippedByteInABlockLosesThatBlockAndIsCountedToTheRecord()
    {
        FillSpool();
        var bytes = File.ReadAllBytes(Database);
        // Within the body of a block that is no neighbour of the ends.
        var at = bytes.AsSpan().IndexOf("BODY-20-"u8);
        Assert.True(at > 0);
        bytes[at] ^= 0xFF;
        File.WriteAllBytes(Database, bytes);

        using var database = OpenSpool();
        AssertSalvaged(database, Blocks - 1, lost: 1);
        Assert.Equal(2, database.Salvage!.RecordsLost);
        Assert.Contains(database.Salvage.Lines, static l => l.Contains("blocks 20 to 20 are lost, 2 records", StringComparison.Ordinal));
    }

    [Fact]
    public void APageOfGarbageInTheMiddleLosesItsRowsOnly()
    {
        FillSpool();
        var pages = new FileInfo(Database).Length / 16384;
        Overwrite(Database, (pages / 2) * 16384, 16384);

        using var database = OpenSpool();
        Assert.InRange(database.Salvage!.Rows, Blocks - 4, Blocks - 1);
        Assert.Equal(Blocks, database.Salvage.Rows + database.Salvage.RowsLost);
        Assert.Equal(Blocks * 2, database.Salvage.Records + database.Salvage.RecordsLost);
    }

    [Fact]
    public void ACutTailLosesWhatStoodThere()
    {
        FillSpool();
        using (var file = new FileStream(Database, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        using var database = OpenSpool();
        Assert.InRange(database.Salvage!.Rows, 1, Blocks - 1);
    }

    [Fact]
    public void AnEmptyFileIsNoSilentStart()
    {
        FillSpool();
        File.WriteAllBytes(Database, []);

        using var database = OpenSpool();
        AssertSalvaged(database, 0, lost: 0);
        Assert.Contains(database.Salvage!.Lines, static l => l.Contains("nothing could be salvaged", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsSetAsideAndNotTouched()
    {
        var text = string.Concat(Enumerable.Repeat("this is no database. ", 500));
        File.WriteAllText(Database, text);

        using var database = OpenSpool();
        AssertSalvaged(database, 0, lost: 0);
        Assert.Equal(text, File.ReadAllText(database.Salvage!.Aside));
    }

    [Fact]
    public void ADatabaseThatHasGoneIsTold()
    {
        FillSpool();
        File.Delete(Database);

        using var database = OpenSpool();
        Assert.Contains("is gone", Assert.Single(database.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(24 + 16384 + 32 + 8)]
    [InlineData(24 + 16384 + 32 + 5000)]
    public void ADamagedLogLosesNoMoreThanThePageThatIsDamaged(int at)
    {
        FillSpool(isKilled: true);
        Overwrite(Database + "-wal", at, 4);

        using var database = OpenSpool();
        Assert.NotNull(database.Salvage);
        Assert.True(File.Exists(database.Salvage.Aside + "-wal"));
        Assert.InRange(database.Salvage.Rows, at == 4 ? 0 : Blocks - 4, Blocks);
    }

    [Fact]
    public void ALogThatIsCutDrawsAnotherTimeline()
    {
        FillSpool(isKilled: true);
        using (var wal = new FileStream(Database + "-wal", FileMode.Open))
        {
            wal.SetLength(wal.Length - 5000);
        }

        using var database = OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("2", database.File.Timeline);
    }

    [Fact]
    public void AWriterThatClosedDrawsNoOtherTimeline()
    {
        using (var first = OpenSpool())
        {
            Assert.Equal("1", first.File.Timeline);
            first.Close();
        }

        using var database = OpenSpool();
        Assert.Equal("1", database.File.Timeline);
    }

    [Fact]
    public void ALogThatLostItsLastCommitsWholeDrawsAnotherTimeline()
    {
        FillSpool(isKilled: true);
        // At a commit, as a file system leaves it that answered a sync and did not keep the file's new length.
        var frames = WalFile.Read(Database + "-wal").Frames;
        using (var wal = new FileStream(Database + "-wal", FileMode.Open))
        {
            wal.SetLength(LastCommitBefore(wal, frames[^1].Offset - 24));
        }

        Assert.Equal(WalState.Whole, WalFile.Read(Database + "-wal").State);
        using var database = OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("2", database.File.Timeline);
        Assert.Equal(Blocks - 1, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Fact]
    public void AKilledWriterDrawsAnotherTimelineAndLosesNothing()
    {
        FillSpool(isKilled: true);
        using var database = OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal("2", database.File.Timeline);
        Assert.Equal(Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnInterruptedSalvageIsEndedOrBegunAnew(bool isMade)
    {
        FillSpool();
        File.Copy(Database, Database + (isMade ? ".salvaged" : ".salvaging"));
        using var database = OpenSpool();
        Assert.Null(database.Salvage);
        Assert.Equal(isMade ? 1 : 0, Directory.GetFiles(_folder, "*.damaged-*").Length);
        Assert.Equal(Blocks, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    [Fact]
    public void ASecondProcessIsRefusedWithTheCause()
    {
        using var first = OpenSpool();
        var fault = Assert.Throws<StartFaultException>(() => OpenSpool());
        Assert.Contains("in use by another process", fault.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void ANetworkFileSystemIsRefused() =>
        Assert.Contains(
            "network", Assert.Throws<StartFaultException>(() => VolumeCheck.Refuse(Database, static _ => DriveType.Network)).Cause, StringComparison.Ordinal);

    [Fact]
    public void DamageThatIsMetWhileRunningIsHeard()
    {
        FillSpool();
        using var database = OpenSpool();
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

        using var next = OpenSpool();
        AssertSalvaged(next, Blocks - 1, lost: 1);
    }

    [Fact]
    public void ASalvagedJournalIsAnotherOneAndKnowsItsPartsFromTheirEcho()
    {
        var id = FillJournal();
        // The journal's own tree is gone; its echo stands on other pages.
        var bytes = File.ReadAllBytes(Database);
        for (var at = bytes.AsSpan().IndexOf("DEEP-"u8); at >= 0; at = bytes.AsSpan().IndexOf("DEEP-"u8))
        {
            bytes.AsSpan(at / 16384 * 16384, 16384).Fill(0xA5);
        }

        File.WriteAllBytes(Database, bytes);
        using var database = NodeDatabase.Open(Database, DatabaseKind.Journal, TimeProvider.System);
        Assert.NotNull(database.Salvage);
        Assert.NotEqual(id, database.File.Id);
        Assert.NotEmpty(database.File.SalvagedAt);
        var report = string.Join('\n', database.Salvage.Lines);
        Assert.Contains("8 parts without block stand in files, 2 parts (4 records) come again", report, StringComparison.Ordinal);
        using var connection = database.File.Open();
        Assert.Equal("11", DatabaseCheck.Column(connection, "SELECT COUNT(*) FROM journal")[0]);
        Assert.Equal("11", DatabaseCheck.Column(connection, "SELECT COUNT(*) FROM journal_echo")[0]);
    }

    private NodeDatabase OpenSpool() => NodeDatabase.Open(Database, DatabaseKind.Spool, TimeProvider.System);

    private static void AssertSalvaged(NodeDatabase database, int rows, int lost)
    {
        Assert.NotNull(database.Salvage);
        Assert.Equal(rows, database.Salvage.Rows);
        Assert.Equal(lost, database.Salvage.RowsLost);
        Assert.True(File.Exists(database.Salvage.Aside), database.Salvage.Aside);
        Assert.True(File.Exists(database.Salvage.Aside + ".txt"));
        Assert.Equal(rows, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    // Two records in each block, and a body of several pages that can be found in the file.
    private static byte[] Block(int n, long ordinal)
    {
        var block = Samples.PlainBlock("web-1", $"BODY-{n}-" + new string('x', 1_500) + "DEEP-" + new string('x', 30_000), "second");
        BlockFormat.StampOrdinal(block, ordinal);
        return block;
    }

    private void FillSpool(bool isKilled = false) => Fill(DatabaseKind.Spool, isKilled, static (file, insert) =>
    {
        for (var n = 1; n <= Blocks; n++)
        {
            insert("edge/a", n, ActorLogSerializer.BlockManifest, Block(n, (n - 1) * 2));
        }
    });

    private string FillJournal()
    {
        var id = string.Empty;
        Fill(DatabaseKind.Journal, isKilled: false, (file, insert) =>
        {
            id = file.Id;
            for (var n = 1; n <= 10; n++)
            {
                var part = new PartStored("edge/a", n, n == 1 ? null : n - 1, "edge", 1, 2, (n - 1) * 2, Block(n, (n - 1) * 2));
                insert("partition-4", n, JournalCodec.ManifestOf(part), JournalCodec.Write(part));
            }

            var checkpoint = new Checkpointed(8, 1, [], []);
            insert("partition-4", 11, JournalCodec.ManifestOf(checkpoint), JournalCodec.Write(checkpoint));
        });
        return id;
    }

    private void Fill(DatabaseKind kind, bool isKilled, Action<SqliteFile, Action<string, int, string, byte[]>> fill)
    {
        using (var database = NodeDatabase.Open(Database, kind, TimeProvider.System))
        {
            using var connection = database.File.Open();
            fill(database.File, (id, n, manifest, message) =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier)"
                    + " VALUES (0, 0, $id, $n, $message, $manifest, 7510)";
                command.Parameters.AddWithValue("$id", id);
                command.Parameters.AddWithValue("$n", n);
                command.Parameters.AddWithValue("$message", message);
                command.Parameters.AddWithValue("$manifest", manifest);
                command.ExecuteNonQuery();
            });
            if (isKilled)
            {
                // As the files lie there while it runs: a copy is what a kill leaves.
                foreach (var part in new[] { string.Empty, "-wal" })
                {
                    using var from = new FileStream(Database + part, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                    using var to = File.Create(Path.Combine(_folder, "copy" + part));
                    from.CopyTo(to);
                }
            }
        }

        if (isKilled)
        {
            File.Move(Path.Combine(_folder, "copy"), Database, overwrite: true);
            File.Move(Path.Combine(_folder, "copy-wal"), Database + "-wal", overwrite: true);
        }
    }

    // Where the frames end whose last one is the last commit in front of an offset.
    private static long LastCommitBefore(FileStream wal, long offset)
    {
        const int frame = 24 + 16384;
        var head = new byte[8];
        do
        {
            offset -= frame;
            wal.Position = offset;
            wal.ReadExactly(head);
        }
        while (head.AsSpan(4).IndexOfAnyExcept((byte)0) < 0);
        return offset + frame;
    }

    private static void Overwrite(string file, long at, int length)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.Position = at;
        var garbage = new byte[length];
        new Random(7).NextBytes(garbage);
        stream.Write(garbage);
    }
}
