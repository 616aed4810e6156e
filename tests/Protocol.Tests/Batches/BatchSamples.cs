using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests.Batches;

/// <summary>Batches made from seeds, and batches as comparable text.</summary>
internal static class BatchSamples
{
    public const long BaseTicks = 638_000_000_000_000_000;

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static RecordBatch Random(Random random, int records, int hosts, int messageMax = 120)
    {
        using var writer = new BatchWriter();
        for (var i = 0; i < records; i++)
        {
            var message = new byte[random.Next(messageMax)];
            random.NextBytes(message);
            var record = new ParsedRecord
            {
                Priority = new Priority((byte)random.Next(192)),
                Channel = (Channel)random.Next(4),
                Flags = (RecordFlags)random.Next(64),
                TimestampTicks = BaseTicks + random.Next(),
                Program = Utf8("program-" + random.Next(5)),
                ProcId = Utf8(random.Next(3) == 0 ? "" : "4711"),
                MsgId = Utf8(random.Next(3) == 0 ? "ID47" : ""),
                Level = Utf8("info"),
                StructuredData = Utf8(random.Next(3) == 0 ? "[a b=\"c\"]" : ""),
                Client = Utf8("10.0.0." + random.Next(256)),
                User = Utf8(random.Next(2) == 0 ? "" : "ada"),
                Forwarded = Utf8(random.Next(4) == 0 ? "10.0.0.1, 10.0.0.2" : ""),
                Message = message,
            };
            Assert.True(writer.TryAppend(record, Utf8("host-" + random.Next(hosts)), BaseTicks + (i * 10)));
        }

        return writer.Take()!;
    }

    /// <summary>Each record with its host's name instead of its number: host tables may differ.</summary>
    public static List<string> Describe(RecordBatch batch)
    {
        var lines = new List<string>();
        foreach (var record in batch)
        {
            var withoutHost = record.Bytes.ToArray();
            withoutHost.AsSpan(LogRecord.HostAt, 2).Clear();
            lines.Add($"{Encoding.UTF8.GetString(record.Host)} {record.ReceivedTicks} {Convert.ToHexString(withoutHost)}");
        }

        return lines;
    }

    public static List<byte[]> Blocks(RecordBatch batch, BlockCompression compression, int slots)
    {
        using var writer = new BlockWriter(compression, slots);
        var blocks = new List<byte[]>();
        writer.Write(batch, blocks);
        return blocks;
    }
}
