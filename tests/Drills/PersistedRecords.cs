using ActorLog.Drills.Running;

namespace ActorLog.Drills;

/// <summary>
/// What an edge has promised, read from its spool each time it was killed: plain syslog tells no sender what was accepted.
/// What a dead run had persisted stays; a run whose rows are settled and gone keeps what was read of it.
/// </summary>
internal sealed class PersistedRecords
{
    private readonly Dictionary<string, long> _byOrigin = [];

    /// <summary>Records that all runs together have persisted.</summary>
    public long Total => _byOrigin.Values.Sum();

    /// <summary>Runs that have persisted anything.</summary>
    public int Runs => _byOrigin.Count;

    /// <summary>Reads the spool, while nobody writes it.</summary>
    public void Read(string spool)
    {
        foreach (var (origin, records) in SpoolReading.RecordsByOrigin(spool))
        {
            var had = _byOrigin.GetValueOrDefault(origin);
            DrillRun.Require(records >= had, $"{origin} had persisted {had} records, and has {records}");
            _byOrigin[origin] = records;
        }
    }
}
