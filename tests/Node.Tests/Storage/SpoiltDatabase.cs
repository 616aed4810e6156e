using System.Text;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>A database in a folder of its own, filled, and ready to be spoilt.</summary>
internal sealed class SpoiltDatabase : IDisposable
{
    /// <summary>Blocks of a full spool, two records each.</summary>
    public const int Blocks = 40;

    public const int PageBytes = 16384;

    public string Folder { get; } = Directory.CreateTempSubdirectory("al").FullName;

    public string Path => System.IO.Path.Combine(Folder, "x.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    public NodeDatabase OpenSpool() => NodeDatabase.Open(Path, DatabaseKind.Spool, TimeProvider.System);

    public NodeDatabase OpenJournal() => NodeDatabase.Open(Path, DatabaseKind.Journal, TimeProvider.System);

    /// <summary>It was salvaged: so much is kept and lost, the damaged file stands aside with its report.</summary>
    public static void AssertSalvaged(NodeDatabase database, int rows, int lost)
    {
        Assert.NotNull(database.Salvage);
        Assert.Equal(rows, database.Salvage.Rows);
        Assert.Equal(lost, database.Salvage.RowsLost);
        Assert.True(File.Exists(database.Salvage.Aside), database.Salvage.Aside);
        Assert.True(File.Exists(database.Salvage.Aside + ".txt"));
        Assert.Equal(rows, new SpoolDatabase(database.File).Read("edge/a", 0, long.MaxValue).Count);
    }

    /// <summary>As if the volume had been mounted anew since.</summary>
    public void Remount() => File.WriteAllText(Path + ".lock", $"{DatabaseEnding.Open}\n");

    public void FillSpool(bool isKilled = false) => Fill(DatabaseKind.Spool, isKilled, static (file, insert) =>
    {
        for (var n = 1; n <= Blocks; n++)
        {
            insert("edge/a", n, ActorLogSerializer.BlockManifest, Block(n, (n - 1) * 2));
        }
    });

    /// <summary>Ten parts and the checkpoint that covers eight of them.</summary>
    /// <returns>The journal's id.</returns>
    public string FillJournal()
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

    /// <summary>Flips a byte of a block's body, where SQLite does not look.</summary>
    public void FlipByteOfBlock(int n)
    {
        var bytes = File.ReadAllBytes(Path);
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"BODY-{n}-"));
        Assert.True(at > 0);
        bytes[at] ^= 0xFF;
        File.WriteAllBytes(Path, bytes);
    }

    /// <summary>Writes garbage over a part of the database, or of its log.</summary>
    public void Overwrite(long at, int length, string part = "")
    {
        using var stream = new FileStream(Path + part, FileMode.Open);
        stream.Position = at;
        var garbage = new byte[length];
        new Random(7).NextBytes(garbage);
        stream.Write(garbage);
    }

    private void Fill(DatabaseKind kind, bool isKilled, Action<SqliteFile, Action<string, int, string, byte[]>> fill)
    {
        using (var database = NodeDatabase.Open(Path, kind, TimeProvider.System))
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
                    using var from = new FileStream(Path + part, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                    using var to = File.Create(System.IO.Path.Combine(Folder, "copy" + part));
                    from.CopyTo(to);
                }
            }
        }

        if (isKilled)
        {
            File.Move(System.IO.Path.Combine(Folder, "copy"), Path, overwrite: true);
            File.Move(System.IO.Path.Combine(Folder, "copy-wal"), Path + "-wal", overwrite: true);
        }

        Remount();
    }

    // Two records in each block, and a body of several pages that can be found in the file.
    private static byte[] Block(int n, long ordinal)
    {
        var block = Samples.PlainBlock("web-1", $"BODY-{n}-" + new string('x', 1_500) + "DEEP-" + new string('x', 30_000), "second");
        BlockFormat.StampOrdinal(block, ordinal);
        return block;
    }
}
