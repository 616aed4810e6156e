using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Brings a file of the journal's table to where the journal says: a sealed one gets its final name, of any other what lies
/// behind the committed length is cut. For the owner that goes on, and for a node whose files another one's journal rules.
/// </summary>
internal sealed class SegmentRecovery(PartitionSetup setup, int partition, ILoggingAdapter log)
{
    /// <summary>Does it.</summary>
    /// <returns>The file, open, for the caller to dispose; null when there is none to go on with: it is sealed, or gone.</returns>
    /// <exception cref="StorageException">The disk refused.</exception>
    public LogFile? Run(FileEntry entry)
    {
        var held = setup.HeldFilesOf(partition);
        var file = Recover(entry, held.Find(entry.Opened.FileNumber, entry.Opened.Inode));
        held.Release(entry.Opened.FileNumber);
        return file;
    }

    private LogFile? Recover(FileEntry entry, LogFile? held)
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
        if (recovery.Outcome is RecoveryOutcome.Missing or RecoveryOutcome.Foreign
            && LogFile.CutMoved(setup.Store, path, CommittedOf(entry), held))
        {
            log.Warning(
                "{0} was moved by someone else: there it holds the {1} bytes that are committed; going on with a new segment", path, entry.Length);
            return null;
        }

        if (recovery.File is null)
        {
            log.Log(
                LevelOf(recovery.Outcome, entry.Length),
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

    // Nothing committed and nothing there: the power went before the name was durable, or it was moved and that has been said.
    private static LogLevel LevelOf(RecoveryOutcome outcome, long committed) =>
        committed > 0 ? LogLevel.ErrorLevel : outcome == RecoveryOutcome.Missing ? LogLevel.DebugLevel : LogLevel.InfoLevel;

    private void KeepCutBytes(FileEntry entry)
    {
        var path = entry.Opened.Path;
        if (setup.KeepsCutBytes && CutBytes.Keep(setup.Store, path, entry.Opened.Inode, entry.Length, setup.Time.GetUtcNow()) is { } aside)
        {
            log.Warning("{0}: what the journal does not know of any more, from byte {1} on, is kept in {2}", path, entry.Length, aside);
        }
    }

    private static CommittedFile CommittedOf(FileEntry entry) => new(entry.Opened.Inode, entry.Length, entry.TailChecksum);
}
