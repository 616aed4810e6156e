using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Hosting;

/// <summary>Published by a part that writes to a disk: the disk refuses, and the part tries again by itself.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Cause">What was refused, and why.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsWhole">Whether the node as a whole cannot do its work, or only this part of it.</param>
internal sealed record DiskRefuses(string Part, string Cause, string Remedy, bool IsWhole)
{
    private const string ByItself = "it goes on by itself";

    /// <summary>As told by the exception, in whatever it is wrapped.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="place">The file or folder that it writes to.</param>
    /// <param name="error">What it saw.</param>
    /// <param name="isWhole">Whether the node as a whole cannot do its work.</param>
    public static DiskRefuses Of(string part, string place, Exception error, bool isWhole)
    {
        // By the place: of a file's fault, such as no descriptor left, the database's library must not be loaded first.
        if (place.StartsWith(PostgresUri.Scheme, StringComparison.Ordinal))
        {
            return new DiskRefuses(part, $"{place}: {PostgresFaults.TextOf(error)}", PostgresFaults.RemedyOf(error, place), isWhole);
        }

        var root = error.GetBaseException();
        return new DiskRefuses(part, $"{place}: {root.Message}", RemedyOf(root, place), isWhole);
    }

    /// <summary>Tells whom it concerns.</summary>
    public void Publish(ActorSystem system) => system.EventStream.Publish(this);

    private static string RemedyOf(Exception error, string place) => error switch
    {
        StorageException storage => RemedyOf(storage.Error, place),
        SqliteException { SqliteErrorCode: 13 } => RemedyOf("ENOSPC", place),
        SqliteException { SqliteErrorCode: 8 } => RemedyOf("EROFS", place),
        SqliteException { SqliteErrorCode: 14 or 23 } => RemedyOf("EACCES", place),
        SqliteException { SqliteErrorCode: 5 or 6 } =>
            $"end the other program that keeps {place} locked; {ByItself}",
        _ => RemedyOf("EIO", place),
    };

    private static string RemedyOf(string error, string place) => error switch
    {
        "ENOSPC" or "EDQUOT" => $"free space or inodes on the volume of {place} (df, df -i); {ByItself}",
        "EROFS" => $"the volume of {place} is read-only: see the kernel's log, mount it anew (findmnt --target), restart the node",
        "EACCES" or "EPERM" => $"let this user write to {place} (ls -ld, lsattr); {ByItself}",
        "ESTALE" => $"keep other programs, such as logrotate, off the files in {place}; {ByItself}",
        "ENOENT" => $"if {place} itself was deleted, restart the node; else {ByItself}",
        "EMFILE" or "ENFILE" => $"raise the limit of open files (LimitNOFILE=); {ByItself}",
        // SQLite does not say more of what the system refused.
        _ => $"see the kernel's log for the disk of {place}, and who may write there (ls -l, lsattr); when that is done {ByItself}",
    };
}

/// <summary>Published by a part whose disk had refused: it writes again.</summary>
internal sealed record DiskTakes(string Part);
