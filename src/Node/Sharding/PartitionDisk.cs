using ActorLog.Node.Hosting;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>Whether a partition's disk takes what it writes: said when that changes, not at each try. Used by the partition's thread only.</summary>
internal sealed class PartitionDisk(int partition, PartitionSetup setup, ActorSystem system, ILoggingAdapter log)
{
    /// <summary>How the partition is called in the log and in /ready.</summary>
    public string PartName { get; } = $"partition {partition}";

    /// <summary>How long to wait before the next try.</summary>
    public TimeSpan Wait => setup.Failures.WaitOf(partition);

    /// <summary>The journal refused.</summary>
    public DiskRefuses OfJournal(Exception error) => DiskRefuses.Of(PartName, setup.Journal?.Place ?? setup.Settings.JournalPath, error, isWhole: false);

    /// <summary>The files refused.</summary>
    public DiskRefuses OfFiles(Exception error) => DiskRefuses.Of(PartName, setup.Settings.Files.Directory, error, isWhole: false);

    /// <summary>Notes a failure.</summary>
    public void Refuses(DiskRefuses refuses)
    {
        if (setup.Failures.Fail(partition, refuses.Remedy))
        {
            log.Warning("{0} cannot write, and tries again: {1}; {2}", refuses.Part, refuses.Cause, refuses.Remedy);
            refuses.Publish(system);
        }
    }

    /// <summary>Notes that all that was tried stands.</summary>
    public void Takes()
    {
        if (setup.Failures.Succeed(partition))
        {
            log.Info("{0} writes again", PartName);
            system.EventStream.Publish(new DiskTakes(PartName));
        }
    }
}
