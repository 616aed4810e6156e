using System.Buffers.Text;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>
/// Every field that a record's text holds, as values: for sinks that store columns, and for tests. It allocates; the
/// flow itself carries only what a line needs.
/// </summary>
/// <remarks>In each string a byte that is not UTF-8 is written <c>\xHH</c>. An absent field is null.</remarks>
public sealed record RecordFields
{
    /// <summary>The program.</summary>
    public string? Program { get; private init; }

    /// <summary>APP of <c>gunicorn.APP.CHANNEL</c>.</summary>
    public string? App { get; private init; }

    /// <summary>gunicorn's channel.</summary>
    public Channel Channel { get; private init; }

    /// <summary>The process id, where PROCID is a number.</summary>
    public long? Pid { get; private init; }

    /// <summary>The client's address, canonical.</summary>
    public string? RemoteAddress { get; private init; }

    /// <summary>The chain of addresses, the sender's claim first; addresses canonical, other elements as received.</summary>
    public IReadOnlyList<string> Forwarded { get; private init; } = [];

    /// <summary>The user.</summary>
    public string? Username { get; private init; }

    /// <summary>The level by name.</summary>
    public string? Level { get; private init; }

    /// <summary>The request's method.</summary>
    public string? Method { get; private init; }

    /// <summary>The request's target as sent.</summary>
    public string? Path { get; private init; }

    /// <summary>The request's protocol.</summary>
    public string? Protocol { get; private init; }

    /// <summary>The response's status.</summary>
    public int? Status { get; private init; }

    /// <summary>Bytes of the response's body.</summary>
    public long? Bytes { get; private init; }

    /// <summary>The request's Referer.</summary>
    public string? Referer { get; private init; }

    /// <summary>The request's User-Agent.</summary>
    public string? UserAgent { get; private init; }

    /// <summary>The time in the text, which is the application's; it never replaces the record's.</summary>
    public DateTimeOffset? EventTime { get; private init; }

    /// <summary>The message; of an application's record what follows the time.</summary>
    public string Message { get; private init; } = "";

    /// <summary>Reads the fields of a record in a batch.</summary>
    public static RecordFields Of(scoped in LogRecord record) => Of(new ParsedRecord
    {
        Channel = record.Channel,
        Flags = record.Flags,
        Program = record.Program,
        ProcId = record.ProcId,
        Client = record.Client,
        User = record.User,
        Forwarded = record.Forwarded,
        Level = record.Level,
        Message = record.Message,
    });

    /// <summary>Reads the fields of what a parser found.</summary>
    public static RecordFields Of(scoped in ParsedRecord record)
    {
        var fields = new RecordFields
        {
            Program = TextOrNull(record.Program),
            App = TextOrNull(GunicornParser.AppOf(record.Program)),
            Channel = record.Channel,
            Pid = NumberOrNull(record.ProcId),
            RemoteAddress = TextOrNull(record.Client),
            Forwarded = ForwardedFor.Elements(Chain(in record)),
            Username = TextOrNull(record.User),
            Level = TextOrNull(record.Level),
            Message = FieldText.Decode(record.Message),
        };
        return (record.Flags & RecordFlags.Misfit) != 0 ? fields : record.Channel switch
        {
            Channel.Access => WithAccess(fields, record.Message),
            Channel.App => WithApp(fields, record.Message),
            _ => fields,
        };
    }

    private static RecordFields WithAccess(RecordFields fields, ReadOnlySpan<byte> message)
    {
        if (!EventTimeBegins(message) || !AccessText.TryParse(message, out var access))
        {
            return fields;
        }

        var request = Unquoted(access.Request);
        var target = request.IndexOf((byte)' ');
        var method = target < 0 ? request : request[..target];
        var rest = target < 0 ? default : request[(target + 1)..];
        var protocol = rest.LastIndexOf((byte)' ');
        return fields with
        {
            EventTime = Gunicorn.EventTime.Read(message),
            Method = FieldText.DecodeOrNull(method),
            Path = FieldText.DecodeOrNull(protocol < 0 ? rest : rest[..protocol]),
            Protocol = FieldText.DecodeOrNull(protocol < 0 ? default : rest[(protocol + 1)..]),
            Status = (int?)NumberOrNull(access.Status, int.MaxValue),
            Bytes = NumberOrNull(access.Bytes),
            Referer = FieldText.DecodeOrNull(Unquoted(access.Referer)),
            UserAgent = FieldText.DecodeOrNull(Unquoted(access.UserAgent)),
        };
    }

    private static RecordFields WithApp(RecordFields fields, ReadOnlySpan<byte> message)
    {
        const int timeAndBlank = Gunicorn.EventTime.Bytes + 1;
        return !Gunicorn.EventTime.Begins(message) ? fields : fields with
        {
            EventTime = Gunicorn.EventTime.Read(message),
            Message = message.Length > timeAndBlank ? FieldText.Decode(message[timeAndBlank..]) : "",
        };
    }

    private static bool EventTimeBegins(ReadOnlySpan<byte> message) => AccessText.IndexOfTime(message) == 0;

    private static ReadOnlySpan<byte> Chain(scoped in ParsedRecord record)
    {
        var chain = record.Forwarded.IsEmpty ? record.Client : record.Forwarded;
        return record.Channel == Channel.Access ? Unquoted(chain) : chain;
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> text) =>
        QuotedText.Unescape(text, new byte[text.Length]);

    private static string? TextOrNull(ReadOnlySpan<byte> field) => field.IsEmpty ? null : FieldText.Decode(field);

    private static long? NumberOrNull(ReadOnlySpan<byte> field, long max = long.MaxValue) =>
        !field.IsEmpty && !field.ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && Utf8Parser.TryParse(field, out long number, out _) && number <= max ? number : null;
}
