using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using Akka.Event;
using Akka.Persistence.Journal;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Which history of the journal this incarnation of a partition has read (<see cref="IJournal.Timeline"/>), and who knows
/// another one. Known before anything is read, and proven by the first event: the database takes none of another history.
/// </summary>
internal sealed class PartitionHistory(IJournal? journal, EventStream events)
{
    /// <summary>The history.</summary>
    public string Timeline { get; } = journal?.Timeline ?? IJournal.FirstTimeline;

    /// <summary>
    /// Whether a stream knows another history than this partition, and so other things to be stored. Who is behind finds out
    /// by asking the database.
    /// </summary>
    public bool IsOther(string? timeline)
    {
        if (timeline is null || timeline == Timeline)
        {
            return false;
        }

        events.Publish(LookAtJournal.Instance);
        return true;
    }

    /// <summary>What was stored may be gone, and what others have stored since is not known here.</summary>
    /// <exception cref="PartitionFailedException">It is so.</exception>
    public void Require(JournalChanged changed)
    {
        if (changed.Timeline != Timeline)
        {
            throw new PartitionFailedException($"the journal's history is {changed.Timeline}, and no more {Timeline}");
        }
    }

    /// <summary>The event as it is handed to a journal that takes it only while its history is the one that was read.</summary>
    public object Fence(JournalEvent e) => journal is { WantsHistory: true } ? new Tagged(e, [Timeline]) : e;
}
