using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Running;

/// <summary>What became of the records of a drill, summed over its cycles.</summary>
internal sealed class DrillTally
{
    /// <summary>Records whose fate was looked at.</summary>
    public long Records { get; private set; }

    /// <summary>Promised, and in no file.</summary>
    public long Lost { get; private set; }

    /// <summary>Copies beyond the first.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Lines cut short, grown together or changed.</summary>
    public long Torn { get; private set; }

    /// <summary>Behind a later one of the same sender.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Whether all that was promised was kept.</summary>
    public bool IsKept => Lost == 0 && Duplicated == 0 && Torn == 0 && OutOfOrder == 0;

    /// <summary>Enters counts.</summary>
    public void Add(long records, long lost = 0, long duplicated = 0, long torn = 0, long outOfOrder = 0)
    {
        Records += records;
        Lost += lost;
        Duplicated += duplicated;
        Torn += torn;
        OutOfOrder += outOfOrder;
    }

    /// <summary>Enters another drill's.</summary>
    public void Add(DrillTally other) =>
        Add(other.Records, other.Lost, other.Duplicated, other.Torn, other.OutOfOrder);

    /// <summary>Enters what a verifier found when every message of its ledger was promised.</summary>
    public void Add(Verification found) => Enter(found, found.Missing);

    /// <summary>
    /// Enters what a verifier found when the promise covers fewer messages than were sent: those that the spool had
    /// persisted when its process was killed.
    /// </summary>
    /// <param name="found">All of it.</param>
    /// <param name="promised">How many messages had been persisted.</param>
    public void Add(Verification found, long promised) => Enter(found, promised - found.Unique);

    /// <summary>What a verifier found, without its samples: where less was promised than sent, they are no faults.</summary>
    public static string Short(Verification found) => found.ToString().Split('\n')[0];

    /// <summary>The line that a drill ends with.</summary>
    public string Line(string name) =>
        $"{name}: records={Records} lost={Lost} duplicated={Duplicated} torn={Torn} out-of-order={OutOfOrder}";

    private void Enter(Verification found, long lost)
    {
        Add(found.Unique, lost, found.Duplicate, found.Torn, found.Inverted);
        if (found.Unknown > 0)
        {
            throw new DrillFailure($"messages that nobody sent: {found}");
        }
    }
}
