namespace ActorLog.Node.Storage;

/// <summary>An event of the journal whose bytes are damaged: its number is known, and nothing else.</summary>
internal sealed record UnreadableEvent(string Why);
