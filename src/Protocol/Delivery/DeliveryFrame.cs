using System.Net;
using ActorLog.Protocol.Versions;

namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What travels between an edge and a gateway: u32 length of what follows, u8 type, payload (docs/protocol.md,
/// "Frames").
/// </summary>
public abstract record DeliveryFrame
{
    /// <summary>Bytes before a frame's payload: the length and the type.</summary>
    public const int PrefixBytes = 5;

    /// <summary>Bytes in a batch frame before the block: prefix, stream id and number.</summary>
    public const int BatchPrefixBytes = PrefixBytes + 4 + 8;

    /// <summary>The longest payload of any frame but a batch.</summary>
    public const int ControlBytesMax = 64 * 1024;

    private DeliveryFrame()
    {
    }

    /// <summary>Edge to gateway, first of all.</summary>
    /// <param name="Version">The newest version of the protocol that it speaks.</param>
    /// <param name="Edge">The edge's name; the gateway compares it with the certificate.</param>
    /// <param name="Slots">Into how many slots it divides hosts: must be the aggregator's number of partitions.</param>
    /// <param name="JournalId">The journal that it last delivered to; empty for none.</param>
    /// <param name="Software">Name and version, for people.</param>
    public sealed record Hello(int Version, string Edge, int Slots, string JournalId, string Software) : DeliveryFrame
    {
        /// <summary>The oldest that it speaks; who does not say it speaks one version only.</summary>
        public int Oldest { get; init; } = Version;

        /// <summary>All that it speaks.</summary>
        public VersionRange Speaks => new(Oldest, Version);
    }

    /// <summary>Gateway to edge: go on.</summary>
    /// <param name="Version">The version that both speak from here on: the highest that both have.</param>
    /// <param name="JournalId">The journal behind this gateway; in-doubt batches go only to the journal they went to
    /// first.</param>
    /// <param name="Timeline">The journal's history; when it changes under one id, the edge feeds again from
    /// settled.</param>
    /// <param name="Node">The node's name, for people.</param>
    public sealed record Welcome(int Version, string JournalId, string Timeline, string Node) : DeliveryFrame;

    /// <summary>Gateway to edge: not now, or never; the connection ends.</summary>
    /// <param name="Reason">For an operator.</param>
    /// <param name="Retry">Whether the same Hello may succeed later; otherwise someone must change a setting.</param>
    public sealed record Refused(string Reason, bool Retry) : DeliveryFrame;

    /// <summary>
    /// Edge to gateway: batches of an origin follow, densely numbered from <paramref name="Floor"/> + 1.
    /// </summary>
    /// <param name="Stream">Drawn by the edge, never used twice on a connection.</param>
    /// <param name="Origin">The persistence id of the spool's run that accepted the records.</param>
    /// <param name="Floor">All numbers up to it are stored.</param>
    public sealed record Open(uint Stream, string Origin, long Floor) : DeliveryFrame;

    /// <summary>Edge to gateway: one block.</summary>
    /// <param name="Stream">An open stream.</param>
    /// <param name="N">The block's number: the one before, plus one.</param>
    /// <param name="Block">The block, raw; memory of the frame's own.</param>
    public sealed record Batch(uint Stream, long N, ReadOnlyMemory<byte> Block) : DeliveryFrame;

    /// <summary>
    /// Edge to gateway, in place of batches: these numbers hold nothing. What they held is lost or set aside, and booked.
    /// </summary>
    /// <param name="Stream">An open stream.</param>
    /// <param name="From">The number after the one before.</param>
    /// <param name="Through">The last one of them.</param>
    public sealed record Skip(uint Stream, long From, long Through) : DeliveryFrame;

    /// <summary>
    /// Gateway to edge: this block will never be taken, and the stream is over. The edge sets the block aside, opens a new
    /// one from what is stored, and skips the number there.
    /// </summary>
    /// <param name="Stream">The stream, dead from here on.</param>
    /// <param name="N">The block's number.</param>
    /// <param name="Reason">For an operator.</param>
    public sealed record BlockRefused(uint Stream, long N, string Reason) : DeliveryFrame;

    /// <summary>Gateway to edge; both numbers only ever rise within a stream.</summary>
    /// <param name="Stream">The stream.</param>
    /// <param name="Stored">All up to here stand in the journal: the window moves.</param>
    /// <param name="Settled">All up to here may be forgotten by the spool; never above
    /// <paramref name="Stored"/>.</param>
    public sealed record Ack(uint Stream, long Stored, long Settled) : DeliveryFrame;

    /// <summary>
    /// Gateway to edge: most of what this edge sends is stored by another node. A connection to that one saves every block the
    /// way through this one; nothing depends on whether the edge goes there.
    /// </summary>
    /// <param name="Gateway">Where that node lets edges in.</param>
    public sealed record Owner(DnsEndPoint Gateway) : DeliveryFrame;

    /// <summary>Gateway to edge: the stream is over; open a new one from what is stored.</summary>
    /// <param name="Stream">The stream, dead from here on.</param>
    /// <param name="Reason">For an operator.</param>
    /// <param name="DelayMs">Wait so long before, milliseconds.</param>
    public sealed record Rewind(uint Stream, string Reason, int DelayMs) : DeliveryFrame;

    /// <summary>Either way: are you there?</summary>
    /// <param name="Token">Comes back in the pong.</param>
    public sealed record Ping(ulong Token) : DeliveryFrame;

    /// <summary>The answer to a ping.</summary>
    /// <param name="Token">The ping's.</param>
    public sealed record Pong(ulong Token) : DeliveryFrame;

    /// <summary>Either way: the last frame.</summary>
    /// <param name="Reason">For an operator.</param>
    /// <param name="DrainedOrigins">From an edge: origins that are settled to the end and will never be used
    /// again.</param>
    public sealed record Bye(string Reason, IReadOnlyList<string> DrainedOrigins) : DeliveryFrame;
}

/// <summary>The types of frames, as they stand on the wire.</summary>
public enum DeliveryFrameType : byte
{
    /// <summary><see cref="DeliveryFrame.Hello"/>.</summary>
    Hello = 1,
    /// <summary><see cref="DeliveryFrame.Welcome"/>.</summary>
    Welcome = 2,
    /// <summary><see cref="DeliveryFrame.Refused"/>.</summary>
    Refused = 3,
    /// <summary><see cref="DeliveryFrame.Open"/>.</summary>
    Open = 4,
    /// <summary><see cref="DeliveryFrame.Batch"/>.</summary>
    Batch = 5,
    /// <summary><see cref="DeliveryFrame.Ack"/>.</summary>
    Ack = 6,
    /// <summary><see cref="DeliveryFrame.Rewind"/>.</summary>
    Rewind = 7,
    /// <summary><see cref="DeliveryFrame.Ping"/>.</summary>
    Ping = 8,
    /// <summary><see cref="DeliveryFrame.Pong"/>.</summary>
    Pong = 9,
    /// <summary><see cref="DeliveryFrame.Bye"/>.</summary>
    Bye = 10,
    /// <summary><see cref="DeliveryFrame.Skip"/>.</summary>
    Skip = 11,
    /// <summary><see cref="DeliveryFrame.BlockRefused"/>.</summary>
    BlockRefused = 12,
    /// <summary><see cref="DeliveryFrame.Owner"/>, from version 3 on.</summary>
    Owner = 13,
}
