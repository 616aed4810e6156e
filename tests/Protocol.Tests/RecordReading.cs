using System.Globalization;
using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests;

/// <summary>One frame taken all the way: parsed, filed under a host, put into a batch, written as a line.</summary>
internal sealed record RecordReading
{
    public static readonly DateTime Received = new(2026, 11, 23, 5, 50, 0, DateTimeKind.Utc);

    public required Priority Priority { get; init; }

    public required RecordFlags Flags { get; init; }

    public required DateTime Timestamp { get; init; }

    public required string Host { get; init; }

    public required string MsgId { get; init; }

    public required string StructuredData { get; init; }

    public required byte[] Message { get; init; }

    public required RecordFields Fields { get; init; }

    public required byte[] LineBytes { get; init; }

    public required int MaxBytes { get; init; }

    /// <summary>The line without its LF.</summary>
    public string Line => Encoding.UTF8.GetString(LineBytes.AsSpan()[..^1]);

    /// <summary>The fields that are there, by the names of the captures.</summary>
    public Dictionary<string, string> FieldTexts()
    {
        var fields = Fields;
        return new Dictionary<string, string?>
        {
            ["timestamp"] = Instant(Timestamp),
            ["host"] = Host,
            ["facility"] = Lower(Priority.Facility),
            ["severity"] = ((int)Priority.Severity).ToString(CultureInfo.InvariantCulture),
            ["program"] = fields.Program,
            ["app"] = fields.App,
            ["channel"] = Lower(fields.Channel),
            ["pid"] = fields.Pid?.ToString(CultureInfo.InvariantCulture),
            ["remote_addr"] = fields.RemoteAddress,
            ["forwarded"] = fields.Forwarded.Count == 0 ? null : string.Join('|', fields.Forwarded),
            ["username"] = fields.Username,
            ["level"] = fields.Level,
            ["method"] = fields.Method,
            ["path"] = fields.Path,
            ["protocol"] = fields.Protocol,
            ["status"] = fields.Status?.ToString(CultureInfo.InvariantCulture),
            ["bytes"] = fields.Bytes?.ToString(CultureInfo.InvariantCulture),
            ["referer"] = fields.Referer,
            ["user_agent"] = fields.UserAgent,
            ["event_time"] = fields.EventTime is { } time ? Instant(time) : null,
            ["message"] = fields.Message,
        }.Where(field => field.Value is not null).ToDictionary(field => field.Key, field => field.Value!);
    }

    public static string Instant(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    public static RecordReading Of(
        ReadOnlySpan<byte> frame,
        bool isTruncated = false,
        TrustedProxies? trusted = null,
        TimeZoneInfo? zone = null,
        DateTime? received = null)
    {
        zone ??= TimeZoneInfo.Utc;
        var ticks = (received ?? Received).Ticks;
        var context = new ParseContext(ticks, zone, trusted ?? TrustedProxies.Default);
        var record = new SyslogParser().Parse(frame, in context, new byte[SyslogParser.ScratchBytes]);
        record.Flags |= isTruncated ? RecordFlags.Truncated : 0;
        using var writer = new BatchWriter();
        Assert.True(writer.TryAppend(in record, HostChoice.Choose(true, record.Hostname, "web1"u8), ticks));
        using var batch = writer.Take()!;
        foreach (var stored in batch)
        {
            Assert.Equivalent(RecordFields.Of(in record), RecordFields.Of(in stored));
            return Of(in stored, zone);
        }

        throw new InvalidOperationException("The batch is empty.");
    }

    public static RecordReading Of(string frame) => Of(Encoding.UTF8.GetBytes(frame));

    private static RecordReading Of(scoped in LogRecord stored, TimeZoneInfo zone)
    {
        var lines = new LineWriter(zone);
        var line = new byte[lines.MaxBytes(in stored)];
        return new RecordReading
        {
            Priority = stored.Priority,
            Flags = stored.Flags,
            Timestamp = new DateTime(stored.TimestampTicks, DateTimeKind.Utc),
            Host = Encoding.UTF8.GetString(stored.Host),
            MsgId = Encoding.UTF8.GetString(stored.MsgId),
            StructuredData = Encoding.UTF8.GetString(stored.StructuredData),
            Message = stored.Message.ToArray(),
            Fields = RecordFields.Of(in stored),
            MaxBytes = line.Length,
            LineBytes = line[..lines.Write(in stored, line)],
        };
    }
}
