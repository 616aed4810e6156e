using System.Globalization;
using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// What a partition finds in its journal and can neither read nor write as lines: it goes raw into a file of its own, with
/// an alarm, and holds up nothing. Used by the partition's thread only.
/// </summary>
internal sealed class PartitionRejects(PartitionSetup setup, int partition, ILoggingAdapter log)
{
    /// <summary>The folder, below the root of the files.</summary>
    public const string Directory = ".rejected";

    private readonly List<(long SequenceNr, UnreadableEvent Event)> _events = [];

    /// <summary>Whether an event was written by a newer program: then nothing is set aside, and the partition waits.</summary>
    public UnreadableEvent? Newer =>
        _events.Find(static e => e.Event.Error.Kind == CodecErrorKind.UnknownVersion).Event;

    /// <summary>Why parts that must be written again are beyond this program; null: none is.</summary>
    public static string? BeyondThisProgram(IEnumerable<PartToProject> parts)
    {
        foreach (var (_, part) in parts)
        {
            if (!BlockHeader.TryRead(part.Block.Span, out _, out var error) && error.IsBeyondThisProgram)
            {
                return error.Text;
            }
        }

        return null;
    }

    /// <summary>Remembers an event until the partition may write.</summary>
    public void Note(long sequenceNr, UnreadableEvent e) => _events.Add((sequenceNr, e));

    /// <summary>Sets aside the events that were noted, once the partition owns its files.</summary>
    /// <exception cref="Sinks.Storage.StorageException">The disk refused: the partition must start anew.</exception>
    public void KeepEvents()
    {
        foreach (var (sequenceNr, e) in _events)
        {
            Keep(sequenceNr, "event", e.Bytes, $"an event that cannot be read ({e.Error.Text})");
        }

        _events.Clear();
    }

    /// <summary>Sets aside a block whose records are in no file.</summary>
    /// <exception cref="Sinks.Storage.StorageException">The disk refused: the partition must start anew.</exception>
    public void KeepBlock(long sequenceNr, PartStored part, string why)
    {
        Keep(
            sequenceNr, "block", part.Block.Span,
            $"block {part.N} of {part.Origin} with {part.Records} records that cannot be written as lines ({why})");
        setup.Ledger.Add(LedgerAccount.Unreadable, part.Records);
    }

    private void Keep(long sequenceNr, string kind, ReadOnlySpan<byte> bytes, string what)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"partition-{partition}-{sequenceNr}.{kind}");
        var outcome = setup.Rejected.Keep(name, bytes);
        if (outcome != RejectedOutcome.KeptBefore)
        {
            setup.Ledger.Add(outcome == RejectedOutcome.Kept ? LedgerAccount.Rejected : LedgerAccount.RejectedNotKept, 1);
        }

        log.Error(
            "partition {0}: its journal holds {1} at number {2}; {3}. The partition goes on. Remedy: look at the disk, and keep "
                + "the file for those who look into the cause",
            partition, what, sequenceNr,
            outcome == RejectedOutcome.Full
                ? $"not kept: {Directory} is at rejected-bytes-max ({setup.Rejected.BytesMax} bytes)"
                : $"kept as {Directory}/{name} in the files");
    }
}
