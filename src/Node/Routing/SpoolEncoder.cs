using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Routing;

/// <summary>
/// Batches in, blocks out, on the way to the spool. What was dropped meanwhile is said in records of the node's own ahead
/// of the next batch. One thread at a time, but for <see cref="Settle"/>.
/// </summary>
internal sealed class SpoolEncoder(NodeSettings settings, GapBook gaps, TimeProvider time) : IDisposable
{
    private readonly BlockWriter _blocks = new(settings.Batching.Compression, settings.Partitions);
    private readonly byte[] _host = Encoding.UTF8.GetBytes(settings.Name);

    /// <summary>Encodes batches, which are released; without any, what there is to say.</summary>
    public SpoolBlocks Encode(IReadOnlyList<RecordBatch> ownedBatches)
    {
        var blocks = new List<byte[]>(ownedBatches.Count + 1);
        var records = 0L;
        var said = gaps.Take();
        if (said.Count > 0)
        {
            using var batch = BatchOf(said);
            _blocks.Write(batch, blocks);
        }

        foreach (var batch in ownedBatches)
        {
            using (batch)
            {
                _blocks.Write(batch, blocks);
                records += batch.Count;
            }
        }

        return new SpoolBlocks(blocks, records, new(TaskCreationOptions.RunContinuationsAsynchronously)) { Gaps = said };
    }

    /// <summary>Notes what became of blocks: a gap that was refused with them is said again later.</summary>
    public void Settle(SpoolBlocks request, SpoolOutcome outcome)
    {
        if (outcome == SpoolOutcome.Full)
        {
            gaps.Return(request.Gaps);
        }
        else
        {
            gaps.Said(request.Gaps);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _blocks.Dispose();

    private RecordBatch BatchOf(IReadOnlyList<Gap> said)
    {
        using var writer = new BatchWriter();
        var now = time.GetUtcNow().Ticks;
        foreach (var gap in said)
        {
            var record = new ParsedRecord
            {
                Priority = new Priority(Facility.Syslog, Severity.Warning),
                Flags = RecordFlags.Gap,
                Program = "actorlog"u8,
                Message = Encoding.UTF8.GetBytes(gap.Text),
            };
            writer.TryAppend(record, _host, now);
        }

        return writer.Take()!;
    }
}
