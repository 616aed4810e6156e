using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Storage;

/// <summary>A row of the journal that is there and says nothing to this program; never written.</summary>
/// <param name="Bytes">What stands in it.</param>
/// <param name="Error">Why it cannot be read.</param>
internal sealed record UnreadableEvent(byte[] Bytes, CodecError Error);
