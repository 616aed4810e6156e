using ActorLog.Node.Hosting;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Forwarding;

/// <summary>Where an edge sets aside blocks that cannot be delivered, so that they hold up nothing. Any thread.</summary>
internal sealed class RejectedBlocks(RejectedFolder folder, string path, Ledger ledger)
{
    /// <summary>Keeps a block durably if it can. A disk that refuses does not hold up what is behind it.</summary>
    /// <returns>What became of it, for the log.</returns>
    public Kept Keep(string origin, long n, ReadOnlySpan<byte> block)
    {
        var name = RejectedFolder.NameOf(origin, n);
        try
        {
            return folder.Keep(name, block) == RejectedOutcome.Full
                ? new(false, $"not kept: {path} is at rejected-bytes-max ({folder.BytesMax} bytes)")
                : new(true, $"kept as {Path.Combine(path, name)}");
        }
        catch (StorageException e)
        {
            return new(false, $"not kept: {e.Message}");
        }
    }

    /// <summary>Counts what became of a block, once for each.</summary>
    public void Book(Kept kept) =>
        ledger.Add(kept.IsKept ? LedgerAccount.Rejected : LedgerAccount.RejectedNotKept, 1);

    /// <summary>What became of a block that was to be set aside.</summary>
    internal readonly record struct Kept(bool IsKept, string Text);
}
