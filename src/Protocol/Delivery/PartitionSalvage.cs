namespace ActorLog.Protocol.Delivery;

/// <summary>
/// What to make of a partition's events when some of them are lost. Pure. What no checkpoint covers is not settled, so the
/// edges hold it still: behind the first lost part of an origin nothing of it is kept, and it comes again. What a
/// checkpoint covers stands in files: there a lost part must stay known as a number, or it would be written twice.
/// </summary>
public static class PartitionSalvage
{
    /// <summary>Judges one partition.</summary>
    /// <param name="snapshot">The newest one that can be read; null for none.</param>
    /// <param name="events">
    /// What is there, by number, beyond the snapshot: whole events, and parts of which only the envelope is left. The
    /// blocks are not needed.
    /// </param>
    /// <param name="highest">The highest number that is known to have been given.</param>
    public static SalvagePlan Plan(
        PartitionSnapshot? snapshot, IReadOnlyDictionary<long, SalvagedEvent> events, long highest)
    {
        var through = Math.Max(
            snapshot?.Through ?? 0,
            events.Values.Select(static e => e.Event).OfType<Checkpointed>().Select(static e => e.Through).DefaultIfEmpty().Max());
        var plan = new SalvagePlan();
        var broken = new HashSet<string>(StringComparer.Ordinal);
        var isAllBroken = false;
        for (var n = FirstOf(snapshot, events, highest); n <= highest; n++)
        {
            if (!events.TryGetValue(n, out var found))
            {
                plan.Unknown.Add(n);
                plan.Written.Add((n, Nothing));
                isAllBroken |= n > through;
            }
            else if (found.Event is PartStored part && n > through && (isAllBroken || !found.IsWhole || broken.Contains(part.Origin)))
            {
                broken.Add(part.Origin);
                plan.PartsToCome++;
                plan.RecordsToCome += part.Records;
                plan.Written.Add((n, Nothing));
            }
            else if (found is { Event: PartStored inFiles, IsWhole: false })
            {
                // Never projected again, since the checkpoint covers it: only its number is needed.
                plan.PartsInFiles++;
                plan.Written.Add((n, inFiles with { Block = default }));
            }
            else if (!found.IsInPlace)
            {
                plan.Written.Add((n, found.Event));
            }
        }

        return plan;
    }

    // An event that says nothing, in the place of one that is lost: the numbers stay gapless.
    private static Checkpointed Nothing { get; } = new(0, 0, [], []);

    // Without a snapshot the journal begins where its deletes have come to.
    private static long FirstOf(PartitionSnapshot? snapshot, IReadOnlyDictionary<long, SalvagedEvent> events, long highest) =>
        snapshot is not null ? snapshot.SequenceNr + 1 : events.Count > 0 ? events.Keys.Min() : highest + 1;
}

/// <summary>An event that was found.</summary>
/// <param name="Event">What it says.</param>
/// <param name="IsWhole">False for a part whose block is lost.</param>
/// <param name="IsInPlace">Whether its own row can stay as it is.</param>
public readonly record struct SalvagedEvent(JournalEvent Event, bool IsWhole, bool IsInPlace);

/// <summary>What a salvage does with a partition's rows.</summary>
public sealed class SalvagePlan
{
    /// <summary>Rows to write, over what is there; all others stay.</summary>
    public List<(long SequenceNr, JournalEvent Event)> Written { get; } = [];

    /// <summary>Numbers of which nothing is left.</summary>
    public List<long> Unknown { get; } = [];

    /// <summary>Parts that are not kept and come again from the edges, which hold them.</summary>
    public int PartsToCome { get; set; }

    /// <summary>Records in them.</summary>
    public long RecordsToCome { get; set; }

    /// <summary>Parts whose block is lost here, and which stand in the files.</summary>
    public int PartsInFiles { get; set; }
}
