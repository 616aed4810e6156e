using System.Net.Sockets;
using Npgsql;

namespace ActorLog.Node.Storage;

/// <summary>What an error of PostgreSQL means: whether it goes away by itself, and what to do about it.</summary>
internal static class PostgresFaults
{
    /// <summary>What only an operator can change: no use in waiting; null for what may be over in a moment.</summary>
    public static StartFaultException? RefusalOf(string place, Exception error) => Final(error) switch
    {
        UnsafeJournalException unsafeJournal => new($"{place}: {unsafeJournal.Message}", unsafeJournal.Remedy, error),
        { } cause => new($"{place}: {TextOf(cause)}", RemedyOf(cause, place), error),
        null => null,
    };

    /// <summary>An error in PostgreSQL's words, in whatever it is wrapped.</summary>
    public static string TextOf(Exception error) => (Final(error) ?? Leaves(error).First()) switch
    {
        PostgresException answer => $"{answer.MessageText} ({answer.SqlState})",
        var other => other.Message,
    };

    /// <summary>What to do.</summary>
    public static string RemedyOf(Exception error, string place) => (Final(error) ?? Leaves(error).First()) switch
    {
        UnsafeJournalException journal => journal.Remedy,
        PostgresException { SqlState: "28P01" or "28000" } =>
            "see to the user, its password (aggregator.journal-password-file, PGPASSWORD, ~/.pgpass) and pg_hba.conf",
        PostgresException { SqlState: "3D000" } => "make the database, owned by this user: CREATE DATABASE ... OWNER ... ENCODING 'UTF8'",
        PostgresException { SqlState: "42501" } => "make this user the owner of the database and of its tables",
        PostgresException { SqlState: "53100" } => "free space on the database's volume; it goes on by itself",
        PostgresException { SqlState: "53300" } => "raise max_connections: an aggregator needs eight; it goes on by itself",
        PostgresException { SqlState: PostgresSchema.NotNext or PostgresSchema.OtherHistory or PostgresErrorCodes.UniqueViolation } =>
            "it reads the journal again by itself",
        PostgresException => $"see the log of the database's server; when that is done it goes on by itself",
        _ => $"see that the database runs and can be reached ({place}); it goes on by itself",
    };

    /// <summary>The errors at the bottom, of all hosts that were tried.</summary>
    public static IEnumerable<Exception> Leaves(Exception error) => error switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Leaves),
        PostgresException or UnsafeJournalException or SocketException => [error],
        { InnerException: { } inner } => Leaves(inner),
        _ => [error],
    };

    private static Exception? Final(Exception error) => Leaves(error).FirstOrDefault(static e =>
        e is UnsafeJournalException or PostgresException { SqlState: "28P01" or "28000" or "3D000" or "42501" });
}
