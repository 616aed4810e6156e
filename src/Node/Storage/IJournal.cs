using LinqToDB;

namespace ActorLog.Node.Storage;

/// <summary>An aggregator's journal, wherever its rows are: a SQLite file or PostgreSQL.</summary>
internal interface IJournal
{
    /// <summary>The history of a journal that has lost nothing yet.</summary>
    const string FirstTimeline = "1";

    /// <summary>Where it is, as shown.</summary>
    string Place { get; }

    /// <summary>Its random id, drawn when it was made.</summary>
    string Id { get; }

    /// <summary>Its history, as last seen: another one whenever its last commits may be gone.</summary>
    string Timeline { get; }

    /// <summary>Whether each row must name the history that its writer has read: the database compares.</summary>
    bool WantsHistory { get; }

    /// <summary>Whether it may not know all that stands in files: then what is cut is kept aside.</summary>
    bool KeepsCutBytes { get; }

    /// <summary>Why it cannot be reached now; null while it can.</summary>
    string? Outage { get; }

    /// <summary>Looks at an error that was met while running.</summary>
    void Note(Exception e);

    /// <summary>Whether an error says that another owner, or another history, has taken the number.</summary>
    bool IsFence(Exception e);

    /// <summary>What Akka.Persistence.Sql connects with.</summary>
    /// <param name="beforeCommit">The crash point of a commit, where there can be one.</param>
    DataOptions Options(string beforeCommit = "");
}
