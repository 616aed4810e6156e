using System.Text;
using System.Text.Json;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests.Syslog;

/// <summary>
/// Inputs meant to break a parser, one frame each: what a single record can show of their expectations.
/// </summary>
public sealed class HostileInputTests
{
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "HostileInputs", "records.jsonl");

    /// <summary>
    /// A time that is none: the record bears the time of receipt, and the text keeps what was claimed.
    /// </summary>
    private static readonly string[] BadTimes = ["r3-08", "ts-01", "ts-02", "ts-04", "ts-05"];

    /// <summary>No header that can be trusted: flagged, and everything behind a legal PRI is the message.</summary>
    private static readonly string[] NotParsed =
    [
        "dg-02", "dg-07", "r3-01", "r3-02", "r3-03", "r3-04", "r3-07", "r3-08", "r5-01", "r5-02", "r5-04", "r5-06",
        "sd-01", "sd-05", "ts-01", "ts-02", "ts-04", "ts-05",
    ];

    public static TheoryData<string> Ids()
    {
        var ids = new TheoryData<string>();
        foreach (var line in System.IO.File.ReadLines(File))
        {
            using var entry = JsonDocument.Parse(line);
            ids.Add(entry.RootElement.GetProperty("id").GetString()!);
        }

        return ids;
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Hostile_frame_becomes_one_record_and_one_clean_line(string id)
    {
        var line = System.IO.File.ReadLines(File).Single(entry => entry.Contains($"\"id\": \"{id}\"", StringComparison.Ordinal));
        using var entry = JsonDocument.Parse(line);
        var expect = entry.RootElement.GetProperty("expect");
        foreach (var frame in Frames(entry.RootElement))
        {
            var reading = RecordReading.Of(frame);
            LineRules.Check(reading);
            Assert.Equal(BadTimes.Contains(id), reading.Flags.HasFlag(RecordFlags.BadTime));
            Assert.Equal(NotParsed.Contains(id), reading.Flags.HasFlag(RecordFlags.Unparsed));
            if (reading.Flags.HasFlag(RecordFlags.Unparsed))
            {
                Assert.True(frame.AsSpan().TrimEnd("\0\r\n"u8).EndsWith(reading.Message), "The text is not whole.");
                Assert.Equal("web1", reading.Host);
                Assert.Equal(RecordReading.Received, reading.Timestamp);
            }

            CheckExpectation(expect, reading);
        }
    }

    [Fact]
    public void Local_message_without_host_is_not_filed_under_its_tag()
    {
        var reading = RecordReading.Of("<86>Nov 23 05:31:15 su[12]: session opened");
        Assert.Equal(("web1", "su", 12), (reading.Host, reading.Fields.Program, reading.Fields.Pid));
    }

    [Fact]
    public void Both_values_of_a_repeated_parameter_are_kept()
    {
        var reading = RecordReading.Of("<13>1 2026-11-23T05:31:15Z web1 app 42 ID1 [ex@32473 ip=\"192.0.2.1\" ip=\"192.0.2.2\"] dup");
        Assert.Equal("[ex@32473 ip=\"192.0.2.1\" ip=\"192.0.2.2\"]", reading.StructuredData);
    }

    private static void CheckExpectation(JsonElement expect, RecordReading reading)
    {
        foreach (var name in new[] { "line_has", "line_has2", "verbatim" })
        {
            if (expect.TryGetProperty(name, out var part))
            {
                Assert.Contains(part.GetString()!, reading.Line, StringComparison.Ordinal);
            }
        }

        if (expect.TryGetProperty("raw_kept", out _))
        {
            Assert.Equal(Priority.Default, reading.Priority);
        }

        if (expect.TryGetProperty("message", out var message))
        {
            Assert.Equal(message.GetString(), reading.Fields.Message);
        }

        if (expect.TryGetProperty("reversible", out _))
        {
            Assert.Equal(reading.Message, LineRules.MessageOf(reading));
        }
    }

    private static IEnumerable<byte[]> Frames(JsonElement entry)
    {
        if (entry.TryGetProperty("chunks_b64", out var chunks))
        {
            return [.. chunks.EnumerateArray().Select(chunk => chunk.GetBytesFromBase64())];
        }

        if (entry.TryGetProperty("gen", out var gen))
        {
            var repeat = gen.GetProperty("repeat_b64").GetBytesFromBase64();
            return
            [
                [
                    .. gen.GetProperty("prefix_b64").GetBytesFromBase64(),
                    .. Enumerable.Repeat(repeat, gen.GetProperty("count").GetInt32()).SelectMany(bytes => bytes),
                    .. gen.GetProperty("suffix_b64").GetBytesFromBase64(),
                ],
            ];
        }

        // The framing takes an octet count off.
        var frame = entry.GetProperty("bytes_b64").GetBytesFromBase64();
        return [Encoding.Latin1.GetString(frame).StartsWith("104 <", StringComparison.Ordinal) ? frame[4..] : frame];
    }
}
