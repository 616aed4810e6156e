using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Sinks.Tests;

/// <summary>Makes batches for tests.</summary>
public static class Batches
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 5, 50, 0, TimeSpan.Zero);

    public static RecordBatch Of(params (string Host, string Message)[] records) =>
        Of(Start, [.. records.Select(record => (Encoding.UTF8.GetBytes(record.Host), "app"u8.ToArray(), record.Message))]);

    public static RecordBatch Of(DateTimeOffset received, params (byte[] Host, byte[] Program, string Message)[] records)
    {
        using var writer = new BatchWriter();
        foreach (var (host, program, message) in records)
        {
            var record = new ParsedRecord
            {
                Priority = Priority.Default,
                Program = program,
                Message = Encoding.UTF8.GetBytes(message),
            };
            Assert.True(writer.TryAppend(record, host, received.UtcTicks));
        }

        return writer.Take() ?? throw new InvalidOperationException("A batch of nothing.");
    }

    /// <summary>A batch of one record for questions about its path.</summary>
    public static RecordBatch One(byte[] host, byte[] program, Channel channel = Channel.Other, byte priority = 13)
    {
        using var writer = new BatchWriter();
        var record = new ParsedRecord { Priority = new Priority(priority), Program = program, Channel = channel };
        Assert.True(writer.TryAppend(record, host, Start.UtcTicks));
        return writer.Take()!;
    }
}
