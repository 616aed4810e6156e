using System.Buffers.Binary;
using System.Text.RegularExpressions;
using ActorLog.Drills.Running;
using Microsoft.Data.Sqlite;

namespace ActorLog.Drills;

/// <summary>What a disk may do to a database, and what its node says of it.</summary>
internal static partial class DatabaseDamage
{
    public const int PageBytes = 16384;

    /// <summary>Brings the write-ahead log into the file, as a clean end does.</summary>
    public static void Close(string database)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }

    /// <summary>As if its volume had been mounted anew since its node was killed: damage comes of that, not of a kill.</summary>
    public static void Remount(string database) => File.WriteAllText(database + ".lock", "Open\n");

    /// <summary>Where the leaf in the middle of a table's tree begins; the log is in the file.</summary>
    public static long MiddleLeaf(string database, string table)
    {
        const byte interior = 5;
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = $table";
        command.Parameters.AddWithValue("$table", table);
        var number = (long)command.ExecuteScalar()!;
        using var file = File.OpenHandle(database, share: FileShare.ReadWrite | FileShare.Delete);
        var page = new byte[PageBytes];
        while (true)
        {
            var at = (number - 1) * PageBytes;
            RandomAccess.Read(file, page, at);
            if (page[0] != interior)
            {
                return at;
            }

            // Behind 12 bytes the places of the cells, each of which begins with the number of a child.
            var cell = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(3)) / 2;
            number = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(12 + (2 * cell)))));
        }
    }

    /// <summary>Writes garbage over a part of a file.</summary>
    public static void Spoil(string file, long at, int length, Random random)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Position = at;
        var garbage = new byte[length];
        random.NextBytes(garbage);
        stream.Write(garbage);
    }

    /// <summary>Cuts a file's end off.</summary>
    public static void Cut(string file, long bytes)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
        stream.SetLength(Math.Max(0, stream.Length - bytes));
    }

    /// <summary>Records that the newest report beside a database says to be kept, and lost.</summary>
    public static (long Kept, long Lost) Report(string database)
    {
        var report = Directory.GetFiles(Path.GetDirectoryName(database)!, Path.GetFileName(database) + ".damaged-*.txt")
            .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
        DrillRun.Require(report is not null, $"{database} was not salvaged");
        var numbers = Numbers().Matches(File.ReadLines(report!).First()).Select(static m => long.Parse(m.Groups[1].ValueSpan, null)).ToArray();
        return (numbers[0], numbers[1]);
    }

    [GeneratedRegex(@"\((\d+) records\)")]
    private static partial Regex Numbers();
}
