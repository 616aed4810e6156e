namespace ActorLog.Node.Verifying;

/// <summary>The numbers From up to To, without To, of one connection.</summary>
internal readonly record struct LedgerEntry(int Sender, int Connection, long From, long To, bool IsUncertain);
