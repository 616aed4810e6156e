using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// Reads blocks back from the spool, and sets aside those that were damaged there: what a disk has spoiled is found before
/// it is sent. Any thread.
/// </summary>
internal sealed class SpoolReader(SpoolDatabase database, RejectedBlocks rejected)
{
    /// <summary>A row of the spool.</summary>
    /// <param name="N">Its number.</param>
    /// <param name="Block">The block; null when it is damaged and was set aside.</param>
    /// <param name="Records">Records in it, when its header can be read.</param>
    /// <param name="Fault">What is wrong with it.</param>
    /// <param name="Kept">Where it went.</param>
    internal readonly record struct Row(long N, byte[]? Block, long? Records, string Fault, RejectedBlocks.Kept Kept);

    /// <summary>Blocks behind a number, in order: as many as fit into <paramref name="bytesMax"/>, one at least.</summary>
    public IReadOnlyList<Row> Read(string origin, long after, long bytesMax) =>
        [.. database.Read(origin, after, bytesMax).Select(row => Check(origin, row))];

    private Row Check(string origin, SpoolDatabase.SpooledRow row)
    {
        // A newer program's block is none of ours to judge: the gateway may be newer too.
        if (BlockReader.TryCheck(row.Block, BlockLimits.Default, out var header, out var error)
            || error.IsBeyondThisProgram)
        {
            return new(row.N, row.Block, header.Records, string.Empty, default);
        }

        long? records = BlockHeader.TryRead(row.Block, out header, out _) ? header.Records : null;
        return new(row.N, null, records, error.ToString(), rejected.Keep(origin, row.N, row.Block));
    }
}
