using System.Globalization;
using ActorLog.Protocol.Versions;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Storage;

/// <summary>
/// The format that a database was written in, in SQLite's own place for it (user_version). Who opens it raises the mark to what
/// it writes, and never lowers it: rows of a newer program may be left. So a program that was put back too far refuses the file
/// before it looks for damage.
/// </summary>
internal static class DatabaseFormat
{
    // Files from before there was a mark.
    private const int First = 1;

    /// <summary>Refuses a file that no process has open and that this program does not read.</summary>
    /// <exception cref="StartFaultException">A newer program wrote it, or one too old.</exception>
    public static void Refuse(string path)
    {
        if (MarkOf(path) is { } mark)
        {
            Refuse(path, mark);
        }
    }

    /// <summary>Refuses an open database that this program does not read.</summary>
    /// <exception cref="StartFaultException">A newer program wrote it, or one too old.</exception>
    public static void Refuse(string path, SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        Refuse(path, (int)(long)command.ExecuteScalar()!);
    }

    /// <summary>What to set before something is written to a file.</summary>
    /// <param name="mark">What it has; null for none.</param>
    public static string Raise(int? mark) =>
        string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={Math.Max(mark ?? 0, Release.Written)}");

    /// <summary>The mark of a file that no process has open; null when there is none that can be read.</summary>
    public static int? MarkOf(string path)
    {
        using var image = DatabaseImage.Open(path);
        return image.UserVersion();
    }

    /// <summary>Why a format is not read here, with the remedy; null: it is.</summary>
    public static (string Cause, string Remedy)? FindDifference(int format) =>
        Release.Read.Contains(format) ? null
            : format > Release.Read.Newest
                ? ($"a newer actorlog wrote it, in format {format}, and this one reads {Release.Read}", "Start the newer program again, or the release between them; nothing was changed.")
                : ($"it is of format {format}, and this actorlog reads {Release.Read}", "Start the release between them once: each one reads what the one before it wrote. Nothing was changed.");

    private static void Refuse(string path, int mark)
    {
        if (FindDifference(Math.Max(mark, First)) is { } difference)
        {
            throw new StartFaultException($"{path}: {difference.Cause}", difference.Remedy);
        }
    }
}
