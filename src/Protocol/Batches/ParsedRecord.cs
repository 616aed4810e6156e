using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// What a parser found in one frame: slices of the frame (or of a scratch buffer, for the few values that are not
/// written as they arrived). Valid as long as both are. An absent field is empty.
/// </summary>
public ref struct ParsedRecord
{
    /// <summary>The priority; <see cref="Priority.Default"/> where the frame has no legal one.</summary>
    public Priority Priority;

    /// <summary>gunicorn's channel.</summary>
    public Channel Channel;

    /// <summary>What is remarkable.</summary>
    public RecordFlags Flags;

    /// <summary>The header's time in UTC ticks of 100 ns (<see cref="DateTime.Ticks"/>); meaningful with <see cref="RecordFlags.HeaderTime"/>.</summary>
    public long TimestampTicks;

    /// <summary>HOSTNAME as the header claims it; not yet what the record is filed under.</summary>
    public ReadOnlySpan<byte> Hostname;

    /// <summary>The program: APP-NAME, or the tag; 255 bytes at most.</summary>
    public ReadOnlySpan<byte> Program;

    /// <summary>PROCID: what stood in the text's brackets, else the header's; 255 bytes at most.</summary>
    public ReadOnlySpan<byte> ProcId;

    /// <summary>MSGID (RFC 5424 only); 255 bytes at most.</summary>
    public ReadOnlySpan<byte> MsgId;

    /// <summary>STRUCTURED-DATA as received, brackets included (RFC 5424 only); 65,535 bytes at most.</summary>
    public ReadOnlySpan<byte> StructuredData;

    /// <summary>The client's address in canonical form; 65,535 bytes at most.</summary>
    public ReadOnlySpan<byte> Client;

    /// <summary>The user name, unescaped; 65,535 bytes at most.</summary>
    public ReadOnlySpan<byte> User;

    /// <summary>The level by name; 255 bytes at most.</summary>
    public ReadOnlySpan<byte> Level;

    /// <summary>
    /// The chain of forwarded addresses as received. Empty when there is none or when it is the client's address
    /// to the byte, which is not kept twice. 65,535 bytes at most.
    /// </summary>
    public ReadOnlySpan<byte> Forwarded;

    /// <summary>The message: for access from [time] on, for app [time] and text, for anything else the text.</summary>
    public ReadOnlySpan<byte> Message;
}
