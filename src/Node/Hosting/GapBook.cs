namespace ActorLog.Node.Hosting;

/// <summary>
/// What was dropped and is not yet said in a record: one gap for a run of losses of one reason and source, from its first
/// loss until a batch carries it away. It comes back when that batch is refused. Remembers what has changed, for
/// <see cref="LedgerKeeper"/>. Any thread.
/// </summary>
/// <param name="run">The run of the node; gaps that an earlier one left unsaid keep theirs.</param>
internal sealed class GapBook(string run)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Run, DropReason Reason, string Source), Gap> _open = [];
    private Dictionary<string, GapChange> _changes = [];
    private long _number;

    /// <summary>Records that no gap record stands for yet.</summary>
    public long UnsaidRecords
    {
        get
        {
            lock (_lock)
            {
                return _open.Values.Where(static gap => gap.Reason.IsSaid()).Sum(static gap => gap.Records);
            }
        }
    }

    /// <summary>Notes a loss.</summary>
    public void Note(DropReason reason, string source, long records, long fromTicks, long toTicks)
    {
        lock (_lock)
        {
            Open(_open.GetValueOrDefault((run, reason, source)) is { } open
                ? open.With(new Gap(run, 0, reason, source, records, fromTicks, toTicks))
                : new Gap(run, ++_number, reason, source, records, fromTicks, toTicks));
        }
    }

    /// <summary>Takes over what an earlier run left unsaid.</summary>
    public void Carry(Gap left)
    {
        lock (_lock)
        {
            Open(_open.GetValueOrDefault(KeyOf(left)) is { } open ? open.With(left) : left);
        }
    }

    /// <summary>What is to be said now; the taker ends with <see cref="Said"/> or <see cref="Return"/>.</summary>
    public IReadOnlyList<Gap> Take()
    {
        lock (_lock)
        {
            Gap[] taken = [.. _open.Values.Where(static gap => gap.Reason.IsSaid()).OrderBy(static gap => gap.FromTicks)];
            Array.ForEach(taken, gap => _open.Remove(KeyOf(gap)));
            return taken;
        }
    }

    /// <summary>Records stand for them, and are durable.</summary>
    public void Said(IReadOnlyList<Gap> gaps)
    {
        lock (_lock)
        {
            foreach (var gap in gaps)
            {
                _changes[gap.Id] = new GapChange(gap, IsSaid: true);
            }
        }
    }

    /// <summary>They could not be said: what was lost meanwhile joins them.</summary>
    public void Return(IReadOnlyList<Gap> gaps)
    {
        lock (_lock)
        {
            foreach (var gap in gaps)
            {
                if (!_open.Remove(KeyOf(gap), out var newer))
                {
                    Open(gap);
                    continue;
                }

                // Its row, if it has one, says that it is none any more.
                _changes[newer.Id] = new GapChange(newer with { Records = 0 }, IsSaid: false);
                Open(gap.With(newer));
            }
        }
    }

    /// <summary>What has changed since the last time; <see cref="Keep"/> takes back what could not be written.</summary>
    public IReadOnlyCollection<GapChange> TakeChanges()
    {
        lock (_lock)
        {
            var taken = _changes.Values;
            _changes = [];
            return taken;
        }
    }

    /// <summary>Remembers changes again, but for what has changed once more.</summary>
    public void Keep(IReadOnlyCollection<GapChange> unwritten)
    {
        lock (_lock)
        {
            foreach (var change in unwritten)
            {
                _changes.TryAdd(change.Gap.Id, change);
            }
        }
    }

    private static (string Run, DropReason Reason, string Source) KeyOf(Gap gap) => (gap.Run, gap.Reason, gap.Source);

    private void Open(Gap gap)
    {
        _open[KeyOf(gap)] = gap;
        _changes[gap.Id] = new GapChange(gap, IsSaid: false);
    }
}

/// <summary>A gap's row in the durable ledger.</summary>
/// <param name="Gap">The gap; without records it has become part of another.</param>
/// <param name="IsSaid">A durable record stands for it.</param>
internal sealed record GapChange(Gap Gap, bool IsSaid);
