using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Tests.Routing;

/// <summary>What the tests say of a record.</summary>
internal sealed record Sample(string Program, string Host = "web1", Facility Facility = Facility.User, Severity Severity = Severity.Info,
    Channel Channel = Channel.Other, string Message = "text");

/// <summary>Makes batches, and reads them back.</summary>
internal static class Batches
{
    public static RecordBatch Of(params IEnumerable<Sample> samples)
    {
        using var writer = new BatchWriter();
        foreach (var sample in samples)
        {
            var record = new ParsedRecord
            {
                Priority = new Priority(sample.Facility, sample.Severity),
                Channel = sample.Channel,
                Program = Encoding.UTF8.GetBytes(sample.Program),
                Message = Encoding.UTF8.GetBytes(sample.Message),
            };
            Assert.True(writer.TryAppend(record, Encoding.UTF8.GetBytes(sample.Host), receivedTicks: 1000));
        }

        return writer.Take()!;
    }

    public static List<Sample> Samples(RecordBatch batch)
    {
        var samples = new List<Sample>();
        foreach (var record in batch)
        {
            samples.Add(new Sample(
                Encoding.UTF8.GetString(record.Program), Encoding.UTF8.GetString(record.Host), record.Priority.Facility,
                record.Priority.Severity, record.Channel, Encoding.UTF8.GetString(record.Message)));
        }

        return samples;
    }
}
