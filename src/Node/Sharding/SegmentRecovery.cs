using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Brings a file of the journal's table to where the journal says: a sealed one gets its final name, of any other what lies
/// behind the committed length is cut. For the owner that goes on, and for a node whose files another one's journal rules.
/// </summary>
internal sealed class SegmentRecovery(PartitionSetup setup, ILoggingAdapter log)
{
    /// <summary>Does it.</summary>
    /// <returns>The file, open, for the caller to dispose; null when there is none to go on with: it is sealed, or gone.</returns>
    /// <exception cref="StorageException">The disk refused.</exception>
    public LogFile? Run(FileEntry entry)
    {
        var path = entry.Opened.Path;
        if (entry.SealedAs is { } finalPath)
        {
            if (LogFile.Seal(setup.Store, path, finalPath, CommittedOf(entry)) == SealOutcome.Missing)
            {
                log.Info("{0} has been compressed or removed since it was sealed as {1}", path, finalPath);
            }

            return null;
        }

        KeepCutBytes(entry);
        var recovery = LogFile.Recover(setup.Store, path, CommittedOf(entry));
        if (recovery.Outcome is RecoveryOutcome.Missing or RecoveryOutcome.Foreign)
        {
            CutElsewhere(entry);
        }

        if (recovery.File is null)
        {
            // Nothing committed and nothing there: the power went before the name was durable.
            log.Log(
                entry.Length == 0 ? LogLevel.InfoLevel : LogLevel.ErrorLevel,
                null,
                "{0}: {1} where {2} bytes are committed (found {3}); going on with a new segment",
                [path, recovery.Outcome, entry.Length, recovery.FoundLength]);
            return null;
        }

        if (recovery.FoundLength > entry.Length)
        {
            log.Info("{0}: cut from {1} to the {2} bytes that are committed", path, recovery.FoundLength, entry.Length);
        }

        return recovery.File;
    }

    private void KeepCutBytes(FileEntry entry)
    {
        var path = entry.Opened.Path;
        if (setup.KeepsCutBytes && CutBytes.Keep(setup.Store, path, entry.Opened.Inode, entry.Length, setup.Time.GetUtcNow()) is { } aside)
        {
            log.Warning("{0}: what the journal does not know of any more, from byte {1} on, is kept in {2}", path, entry.Length, aside);
        }
    }

    // Someone has moved the file: what is not committed in it comes again in a new one, so it is cut there too; but only
    // when its end proves that it is the one, since the inode of a file that was deleted is soon another's.
    private void CutElsewhere(FileEntry entry)
    {
        var path = entry.Opened.Path;
        if (entry.TailChecksum is not null
            && LogFile.Find(setup.Store, StorePath.DirectoryOf(path), entry.Opened.Inode) is { } moved)
        {
            using var file = LogFile.Recover(setup.Store, moved, CommittedOf(entry)).File;
            log.Warning("{0} was moved to {1} by someone else", path, moved);
        }
    }

    private static CommittedFile CommittedOf(FileEntry entry) => new(entry.Opened.Inode, entry.Length, entry.TailChecksum);
}
