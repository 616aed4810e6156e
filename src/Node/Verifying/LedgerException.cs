namespace ActorLog.Node.Verifying;

/// <summary>A ledger's file cannot be understood; the message names the file and the line.</summary>
internal sealed class LedgerException(string message) : Exception(message);
