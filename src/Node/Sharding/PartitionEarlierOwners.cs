using ActorLog.Protocol.Delivery;
using Akka.Actor;

namespace ActorLog.Node.Sharding;

/// <summary>
/// The files of a partition that lie in other nodes' roots, since it ran there before. Each is cut to what is committed by
/// the node that has it, then sealed, by an intent of the journal as any other, and leaves the table. Asked until
/// answered: a node that is away does it when it is back. Used by the partition's thread only.
/// </summary>
internal sealed class PartitionEarlierOwners(PartitionSetup setup, int partition)
{
    /// <summary>How often they are asked.</summary>
    public static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(3);

    private readonly string _rootId = setup.Store.RootId.ToString("N");
    private readonly HashSet<long> _trimmed = [];
    private readonly List<long> _done = [];

    /// <summary>Whether a checkpoint has something to say of them.</summary>
    public bool IsCheckpointWorth => _trimmed.Count > 0 || _done.Count > 0;

    /// <summary>Asks for all that is not done yet.</summary>
    public void Ask(PartitionState state, IActorRef self)
    {
        var elsewhere = state.Files.Entries.Where(
            e => e.Opened.RootId != _rootId && !_trimmed.Contains(e.Opened.FileNumber) && !_done.Contains(e.Opened.FileNumber));
        foreach (var root in elsewhere.GroupBy(static e => e.Opened.RootId, StringComparer.Ordinal))
        {
            setup.Keeper?.Tell(new AskEarlierOwner(partition, state.Owner!.Epoch, root.Key, [.. root]), self);
        }
    }

    /// <summary>Files stand as the journal says.</summary>
    public void OnTrimmed(FilesTrimmed trimmed, PartitionState state)
    {
        if (trimmed.Epoch != state.Owner?.Epoch)
        {
            return;
        }

        foreach (var number in trimmed.FileNumbers)
        {
            if (state.Files.Find(number) is not { } entry)
            {
                continue;
            }

            // What was never committed holds nothing of ours; what is sealed has its name now.
            if (entry.SealedAs is not null || entry.TailChecksum is null || entry.Length == 0)
            {
                _done.Add(number);
            }
            else
            {
                _trimmed.Add(number);
            }
        }
    }

    /// <summary>For the next checkpoint: the intents to seal what was trimmed, and what leaves the table.</summary>
    public (IReadOnlyList<FileCommit> Seals, IReadOnlyList<long> Retired) Take(PartitionState state, long through, DateTimeOffset now)
    {
        // One for each path: where an older program opened it, the name is unique by this checkpoint's number alone.
        var sealing = _trimmed.Select(state.Files.Find).OfType<FileEntry>()
            .DistinctBy(static e => (e.Opened.RootId, e.Opened.Path)).ToArray();
        var retired = _done.ToArray();
        _trimmed.ExceptWith(sealing.Select(static e => e.Opened.FileNumber));
        _done.Clear();
        return (
            [.. sealing.Select(e => new FileCommit(
                e.Opened.FileNumber, e.Length, e.TailChecksum!.Value, SealedNames.Of(e, now, through + 1)))],
            retired);
    }
}
