using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// Makes a sound database of what is left of a damaged one. Its rows are read page by page, each is judged for itself, and
/// the good ones go into a new file; then the damaged one gets another name and is never touched again. Interrupted
/// anywhere, it begins anew or ends what it began at the next start.
/// </summary>
internal sealed class DatabaseSalvage(string path, DatabaseKind kind, TimeProvider time)
{
    private readonly SalvageReport _report = new() { Path = path };

    private string Making => path + ".salvaging";

    private string Made => path + ".salvaged";

    /// <summary>Salvages.</summary>
    /// <exception cref="StartFaultException">The volume has no room for it, or cannot be written.</exception>
    public SalvageReport Run(IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
        {
            _report.Say($"found: {fault}");
        }

        try
        {
            DeleteAll(Making);
            Make();
            File.Move(Making, Made, overwrite: true);
            Swap();
            File.WriteAllLines(_report.Aside + ".txt", [_report.Summary, .. _report.Lines]);
            return _report;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException(
                $"{path} is damaged ({faults[0]}), and what is good of it cannot be copied: {e.Message}",
                $"Free room on its volume, as much as {path} takes, and start again.", e);
        }
    }

    /// <summary>Ends a salvage that was interrupted when all but the names was done.</summary>
    public void Resume()
    {
        if (File.Exists(Made))
        {
            Swap();
        }

        DeleteAll(Making);
    }

    // The log goes first: beside the new file it would be taken for that file's own.
    private void Swap()
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var n = 1;
        while (Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.damaged-{stamp}-{n}*").Any())
        {
            n++;
        }

        _report.Aside = $"{path}.damaged-{stamp}-{n}";
        foreach (var part in new[] { "-wal", "-shm", string.Empty })
        {
            if (File.Exists(path + part))
            {
                File.Move(path + part, _report.Aside + part);
            }
        }

        File.Move(Made, path);
        DirectorySync.Of(path);
    }

    private void Make()
    {
        using (var image = DatabaseImage.Open(path))
        {
            // Opened by an URI, or SQLite takes the one of the damaged file below for a name.
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = UriOf(Making), Pooling = false }.ToString());
            connection.Open();
            Run(connection, "PRAGMA synchronous=FULL");
            SqliteFile.MakeTables(connection, kind);
            using (var transaction = connection.BeginTransaction())
            {
                new SalvagedRows(connection, kind).Take(new PageScavenger(image).Rows());
                if (kind == DatabaseKind.Journal)
                {
                    new JournalSalvage(connection, _report).Run();
                }
                else
                {
                    new SpoolSalvage(connection, _report).Run();
                }

                Run(connection, DatabaseFormat.Raise(image.UserVersion()));
                Run(connection, $"INSERT OR REPLACE INTO actorlog VALUES ('salvaged', '{time.GetUtcNow():O}')");
                transaction.Commit();
            }

            CopyOthers(connection);
            Run(connection, "DROP TABLE IF EXISTS found_echo");
        }

        DirectorySync.OfFile(Making);
    }

    // Tables of less weight are copied as SQLite reads them, or not at all.
    private void CopyOthers(SqliteConnection connection)
    {
        foreach (var table in DatabaseCheck.Column(connection, "SELECT name FROM sqlite_master WHERE type = 'table'"
            + " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_echo' AND name NOT IN ('journal', 'snapshot', 'actorlog', 'closed_origin')"))
        {
            try
            {
                Run(connection, $"ATTACH DATABASE '{UriOf(path)}?mode=ro' AS damaged");
                Run(connection, $"INSERT OR IGNORE INTO main.\"{table}\" SELECT * FROM damaged.\"{table}\"");
            }
            catch (SqliteException e)
            {
                _report.Say($"lost: what the table {table} held ({e.Message})");
            }
            finally
            {
                if (DatabaseCheck.Column(connection, "SELECT name FROM pragma_database_list WHERE name = 'damaged'").Count > 0)
                {
                    Run(connection, "DETACH DATABASE damaged");
                }
            }
        }
    }

    private static string UriOf(string file) => $"file:{Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal)}";

    private static void DeleteAll(string file)
    {
        foreach (var part in new[] { string.Empty, "-wal", "-shm", "-journal" })
        {
            File.Delete(file + part);
        }
    }

    // Only constants of this program, and the path of its own file, come here.
#pragma warning disable CA2100
    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100
}
