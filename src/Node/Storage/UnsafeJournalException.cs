namespace ActorLog.Node.Storage;

/// <summary>A database that is there and could not keep the promise: nothing is written to it.</summary>
internal sealed class UnsafeJournalException(string cause, string remedy) : Exception(cause)
{
    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;
}
