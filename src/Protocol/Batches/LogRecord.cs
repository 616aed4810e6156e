using System.Buffers.Binary;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Batches;

/// <summary>A view of one record in a <see cref="RecordBatch"/>; valid until the batch is released.</summary>
/// <remarks>The layout, also that of a block's body, is drawn in docs/protocol.md, "Record".</remarks>
public readonly ref struct LogRecord
{
    internal const int HeaderBytes = 36;
    internal const int LengthAt = 0;
    internal const int PriorityAt = 4;
    internal const int ChannelAt = 5;
    internal const int FlagsAt = 6;
    internal const int ReceivedAt = 8;
    internal const int TimestampAt = 12;
    internal const int HostAt = 20;
    internal const int ProgramLengthAt = 22;
    internal const int ProcIdLengthAt = 23;
    internal const int MsgIdLengthAt = 24;
    internal const int LevelLengthAt = 25;
    internal const int StructuredDataLengthAt = 26;
    internal const int ClientLengthAt = 28;
    internal const int UserLengthAt = 30;
    internal const int ForwardedLengthAt = 32;
    internal const int ReservedAt = 34;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly RecordBatch _batch;

    internal LogRecord(ReadOnlySpan<byte> bytes, RecordBatch batch)
    {
        _bytes = bytes;
        _batch = batch;
    }

    /// <summary>Bytes of the record in its batch, header included.</summary>
    public int Length => _bytes.Length;

    /// <summary>Facility and severity.</summary>
    public Priority Priority => new(_bytes[PriorityAt]);

    /// <summary>gunicorn's channel.</summary>
    public Channel Channel => (Channel)_bytes[ChannelAt];

    /// <summary>What is remarkable.</summary>
    public RecordFlags Flags => (RecordFlags)U16(FlagsAt);

    /// <summary>When the edge received it, UTC ticks of 100 ns.</summary>
    public long ReceivedTicks => _batch.BaseTicks + BinaryPrimitives.ReadInt32LittleEndian(_bytes[ReceivedAt..]);

    /// <summary>The record's time: the header's, else that of receipt. UTC ticks of 100 ns.</summary>
    public long TimestampTicks => BinaryPrimitives.ReadInt64LittleEndian(_bytes[TimestampAt..]);

    /// <summary>Which of the batch's hosts it belongs to.</summary>
    public int HostIndex => U16(HostAt);

    internal HostTable Hosts => _batch.Hosts;

    /// <summary>The host's name.</summary>
    public ReadOnlySpan<byte> Host => _batch.Hosts[HostIndex];

    /// <summary>The program; empty for none.</summary>
    public ReadOnlySpan<byte> Program => _bytes.Slice(HeaderBytes, _bytes[ProgramLengthAt]);

    /// <summary>PROCID; empty for none.</summary>
    public ReadOnlySpan<byte> ProcId => _bytes.Slice(HeaderBytes + _bytes[ProgramLengthAt], _bytes[ProcIdLengthAt]);

    /// <summary>MSGID; empty for none.</summary>
    public ReadOnlySpan<byte> MsgId => _bytes.Slice(MsgIdStart, _bytes[MsgIdLengthAt]);

    /// <summary>STRUCTURED-DATA as received; empty for none.</summary>
    public ReadOnlySpan<byte> StructuredData => _bytes.Slice(LevelStart + _bytes[LevelLengthAt], U16(StructuredDataLengthAt));

    /// <summary>The level by name; empty for none.</summary>
    public ReadOnlySpan<byte> Level => _bytes.Slice(LevelStart, _bytes[LevelLengthAt]);

    /// <summary>The client's address; empty for none.</summary>
    public ReadOnlySpan<byte> Client => _bytes.Slice(ClientStart, U16(ClientLengthAt));

    /// <summary>The user name; empty for none.</summary>
    public ReadOnlySpan<byte> User => _bytes.Slice(ClientStart + U16(ClientLengthAt), U16(UserLengthAt));

    /// <summary>The forwarded chain as received; empty when it is <see cref="Client"/> or absent.</summary>
    public ReadOnlySpan<byte> Forwarded => _bytes.Slice(MessageStart - U16(ForwardedLengthAt), U16(ForwardedLengthAt));

    /// <summary>The message, bytes as received.</summary>
    public ReadOnlySpan<byte> Message => _bytes[MessageStart..];

    internal ReadOnlySpan<byte> Bytes => _bytes;

    private int MsgIdStart => HeaderBytes + _bytes[ProgramLengthAt] + _bytes[ProcIdLengthAt];

    private int LevelStart => MsgIdStart + _bytes[MsgIdLengthAt];

    private int ClientStart => LevelStart + _bytes[LevelLengthAt] + U16(StructuredDataLengthAt);

    private int MessageStart => ClientStart + U16(ClientLengthAt) + U16(UserLengthAt) + U16(ForwardedLengthAt);

    /// <summary>Whether the lengths in the record's header fit into it; the accessors rely on that.</summary>
    internal bool IsSound => _bytes.Length >= HeaderBytes && MessageStart <= _bytes.Length
        && HostIndex < _batch.Hosts.Count && _bytes[PriorityAt] <= Priority.Max && _bytes[ChannelAt] <= (byte)Channel.App;

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[at..]);
}
