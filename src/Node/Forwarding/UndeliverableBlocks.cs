using System.Globalization;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;
using Akka.Event;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// Books and tells what of an origin will never be delivered: blocks that are damaged in the spool, lost from it, or refused
/// by the gateway. One thread at a time.
/// </summary>
internal sealed class UndeliverableBlocks(RejectedBlocks rejected, Ledger ledger, ILoggingAdapter log)
{
    private readonly HashSet<string> _toldRefused = [];

    /// <summary>Where the records in an origin's holes are booked.</summary>
    public Action<DropReason, long> BookFor(string origin) => (reason, records) => ledger.Drop(reason, records, origin);

    /// <summary>A hole in an origin's numbers was met: a row that is damaged, or numbers that are not there.</summary>
    public void OnHole(string origin, long from, SpoolReader.Row? damaged, long through)
    {
        if (damaged is { } row)
        {
            TellRefused(origin, row.N, $"it is damaged in the spool ({row.Fault})", row.Records, row.Kept);
        }
        else
        {
            log.Error("the spool has lost blocks {0} to {1} of {2}: look at the disk and its file system", from, through, origin);
        }
    }

    /// <summary>A block that the gateway refuses has been set aside: it is a hole from now on.</summary>
    public void OnRefused(OriginQueue origin, long n, string reason, byte[] block, RejectedBlocks.Kept kept)
    {
        long? records = BlockHeader.TryRead(block, out var header, out _) ? header.Records : null;
        if (origin.Refuse(n, records ?? 0))
        {
            ledger.Drop(DropReason.Refused, records ?? 0, origin.Origin);
        }

        TellRefused(origin.Origin, n, $"the aggregator refuses it ({reason})", records, kept);
    }

    // Told once for an origin; the counters go on.
    private void TellRefused(string origin, long n, string why, long? records, RejectedBlocks.Kept kept)
    {
        rejected.Book(kept);
        log.Log(
            _toldRefused.Add(origin) ? LogLevel.ErrorLevel : LogLevel.DebugLevel,
            null,
            "block {0} of {1} with {2} records is set aside, since {3}; {4}. What is behind it goes on. Remedy: upgrade the older side, "
                + "correct certificate or partitions, or look at the disk, as the reason says; more of this origin are counted and not told",
            [n, origin, records?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of", why, kept.Text]);
    }
}
