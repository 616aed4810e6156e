namespace ActorLog.Node.Spooling;

/// <summary>The spool's event: one block; its number is the journal's sequence number.</summary>
/// <param name="Bytes">The block as it is stored, sent and journaled.</param>
internal sealed record SpooledBlock(byte[] Bytes);
