namespace ActorLog.Node.Cli;

/// <summary>Whoever read standard output has what it wanted.</summary>
internal sealed class OutputClosedException() : IOException("nobody reads standard output any more");
