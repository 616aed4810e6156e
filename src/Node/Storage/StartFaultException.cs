namespace ActorLog.Node.Storage;

/// <summary>The node cannot start, with its true cause and what to do about it.</summary>
internal sealed class StartFaultException(string cause, string remedy, Exception? inner = null)
    : Exception($"{cause}. {remedy}", inner)
{
    /// <summary>What is wrong.</summary>
    public string Cause { get; } = cause;

    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;
}
