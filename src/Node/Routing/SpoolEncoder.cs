using System.Text;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Routing;

/// <summary>
/// Batches in, blocks out, on the way to the spool. What the spool sheds is remembered, and said in a record of its own
/// ahead of the next batch. One thread at a time, but for <see cref="Shed"/>.
/// </summary>
internal sealed class SpoolEncoder(NodeSettings settings, TimeProvider time) : IDisposable
{
    private readonly BlockWriter _blocks = new(settings.Batching.Compression, settings.Partitions);
    private readonly byte[] _host = Encoding.UTF8.GetBytes(settings.Name);
    private long _shed;

    /// <summary>Notes records that were dropped.</summary>
    public void Shed(long records) => Interlocked.Add(ref _shed, records);

    /// <summary>Encodes batches, which are released.</summary>
    public SpoolBlocks Encode(IReadOnlyList<RecordBatch> ownedBatches)
    {
        var blocks = new List<byte[]>(ownedBatches.Count + 1);
        var records = 0L;
        var shed = Interlocked.Exchange(ref _shed, 0);
        if (shed > 0)
        {
            using var gap = GapOf(shed);
            _blocks.Write(gap, blocks);
        }

        foreach (var batch in ownedBatches)
        {
            using (batch)
            {
                _blocks.Write(batch, blocks);
                records += batch.Count;
            }
        }

        return new SpoolBlocks(blocks, records, new(TaskCreationOptions.RunContinuationsAsynchronously)) { ShedBefore = shed };
    }

    /// <inheritdoc/>
    public void Dispose() => _blocks.Dispose();

    private RecordBatch GapOf(long shed)
    {
        var record = new ParsedRecord
        {
            Priority = new Priority(Facility.Syslog, Severity.Warning),
            Flags = RecordFlags.Gap,
            Program = "actorlog"u8,
            Message = Encoding.UTF8.GetBytes($"{shed} records were dropped here: the spool of {settings.Name} was full"),
        };
        using var writer = new BatchWriter();
        writer.TryAppend(record, _host, time.GetUtcNow().Ticks);
        return writer.Take()!;
    }
}
