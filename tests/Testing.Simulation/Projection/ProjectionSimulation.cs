using System.Text;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>
/// Files as a projection of a journal, with the real bytes: segments, recovery, seal, compression and retention are the
/// product's, on a disk in memory that loses what was not synced, tears lines, fails, and is used by others too. A seed
/// chooses the schedule. At the end the faults stop, everything is written, and each line is looked for.
/// </summary>
internal sealed class ProjectionSimulation
{
    private const int Steps = 80;
    private static readonly TimeSpan SettleAfter = TimeSpan.FromSeconds(10);
    private static readonly string[] Paths = ["host-0.log", "host-1.log", "host-2.log"];

    private readonly ProjectionJournal _journal = new();
    private readonly ForeignHand _foreign;
    private readonly SegmentUpkeep _upkeep;
    private readonly ProjectionLedger _ledger = new();
    private readonly int _faultRate;
    private readonly int _hosts;
    private readonly bool _hasForeignHands;
    private SimulatedProjector? _projector;
    private int _dieAt = int.MaxValue;

    private ProjectionSimulation(int seed, ProjectionBug bug)
    {
        Random = new Random(seed);
        Bug = bug;
        Memory = new MemoryStore(Time, reusesInodes: true);
        Store = new FaultyStore(Memory) { SyncFailed = OnSyncFailed };
        RootId = Memory.RootId.ToString("N");
        _foreign = new ForeignHand(this);
        _hosts = Random.Next(1, Paths.Length + 1);
        _faultRate = Random.Next(4) == 0 ? 0 : 12;
        Retains = Random.Next(4) == 0;
        _hasForeignHands = Random.Next(4) == 0;
        _upkeep = new SegmentUpkeep(
            Store, compress: Random.Next(2) == 0, Retains ? new RetentionSettings(2, null, null) : RetentionSettings.None, Time);
        if (Random.Next(4) == 0)
        {
            _foreign.Leave(Paths[0]);
        }
    }

    public Random Random { get; }

    public ProjectionBug Bug { get; }

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public MemoryStore Memory { get; }

    public FaultyStore Store { get; }

    public string RootId { get; }

    /// <summary>Whether old segments are deleted.</summary>
    public bool Retains { get; }

    public Tally Tally { get; } = new();

    public static Tally Run(int seed, ProjectionBug bug = ProjectionBug.None)
    {
        try
        {
            var simulation = new ProjectionSimulation(seed, bug);
            for (var i = 0; i < Steps; i++)
            {
                simulation.Guard(simulation.Step);
            }

            simulation.Drain();
            return simulation.Tally;
        }
        catch (SimulationFailure e)
        {
            throw new SimulationFailure($"projection, seed {seed}: {e.Message}");
        }
        catch (Exception e)
        {
            throw new SimulationFailure($"projection, seed {seed}: {e}");
        }
    }

    public string AnyPath() => Paths[Random.Next(_hosts)];

    public string PathOf(int id) => Paths[id % _hosts];

    /// <summary>The line of a record; now and then a long one, so that files pass the blocks of their checksum.</summary>
    public byte[] LineOf(int id) =>
        Encoding.ASCII.GetBytes($"{id} {new string('x', id % 97 == 13 ? 40_000 : id * 7 % 40)}\n");

    public ProjectionLedger Ledger => _ledger;

    /// <summary>What a partition that begins anew in the same process has left open.</summary>
    public HeldFiles Held { get; } = new();

    /// <summary>Whether the process that runs has a file open, or knows that it holds no more than is committed.</summary>
    public bool IsOpen(string path) => _projector is not null || Held.Paths.Contains(path);

    /// <summary>A place where the process may be killed.</summary>
    public void MayDie()
    {
        if (_dieAt-- <= 0)
        {
            throw new ProcessDiedException();
        }
    }

    private void Step()
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        if (_faultRate > 0 && Random.Next(100) < _faultRate)
        {
            Fault();
            return;
        }

        var projector = _projector ?? Recover();
        switch (Random.Next(12))
        {
            case 0 or 1 or 2:
                var records = Random.Next(1, 4);
                projector.Accept(_ledger.Accept(records, PathOf), records);
                break;
            case 3 or 4 or 5 or 6:
                projector.Project();
                break;
            case 7 or 8 or 9:
                projector.Checkpoint();
                break;
            case 10:
                projector.Rest();
                break;
            default:
                Upkeep(Time.GetUtcNow() - SettleAfter);
                break;
        }
    }

    private SimulatedProjector Recover()
    {
        _ledger.Recovers();
        _projector = new SimulatedProjector(this, _journal);
        _projector.Recover();
        _ledger.HasRecovered();
        return _projector;
    }

    private void Fault()
    {
        var nth = Random.Next(1, 4);
        switch (Random.Next(_hasForeignHands ? 10 : 8))
        {
            case 0:
                throw new ProcessDiedException();
            case 1:
                Store.DieAfter(Random.Next(12));
                break;
            case 2:
                _dieAt = Random.Next(6);
                break;
            case 3:
                Store.Fail(StoreOperation.Append, nth, "ENOSPC", Random.Next(1, 3), Random.Next(40));
                break;
            case 4 or 5:
                Store.Fail(StoreOperation.Sync, nth);
                break;
            case 6 or 7:
                Store.Fail((StoreOperation)Random.Next((int)StoreOperation.Sync + 1), nth);
                break;
            default:
                _foreign.Act();
                break;
        }
    }

    // The process ends, or the partition does, and begins anew at the next step.
    private void Guard(Action act)
    {
        try
        {
            act();
        }
        catch (ProcessDiedException)
        {
            Die();
        }
        catch (StorageException e)
        {
            if (Store.IsDead)
            {
                Die();
                return;
            }

            Tally.Count(e.Operation switch
            {
                nameof(StoreOperation.Append) => Happening.AppendFailed,
                nameof(StoreOperation.Sync) => Happening.SyncFailed,
                _ => Happening.DiskFailed,
            });
            End();
        }
    }

    private void Die()
    {
        End();
        Held.Dispose();
        _ledger.Dies();
        Store.Heal();
        _dieAt = int.MaxValue;
        if (Random.Next(2) == 0)
        {
            Tally.Count(Happening.PowerLoss);
            Memory.Crash(Tear, keepEntries: Random.Next(2) == 0);
        }
    }

    private long Tear(long unsynced)
    {
        var kept = Random.NextInt64(unsynced + 1);
        if (kept > 0 && kept < unsynced)
        {
            Tally.Count(Happening.TornTail);
        }

        return kept;
    }

    private void End()
    {
        _projector?.Dispose();
        _projector = null;
    }

    private void OnSyncFailed(string path) => Memory.ForgetDirtyPages(path);

    private void Upkeep(DateTimeOffset settled)
    {
        if (Bug == ProjectionBug.OriginalDeletedUnproved)
        {
            UnprovedCompression.Run(Store, settled);
        }

        var report = _upkeep.Run("", segment => segment.Name.SealedAt <= settled, CancellationToken.None);
        Tally.Count(Happening.Compressed, report.Compressed.Count);
        Tally.Count(Happening.Retained, report.Deleted.Count);
        _ledger.AfterUpkeep(Memory, Retains);
        if (Store.IsDead)
        {
            throw new ProcessDiedException();
        }
    }

    /// <summary>No more faults: whatever is stored must stand in the files now.</summary>
    private void Drain()
    {
        Die();
        for (var round = 0; round < 1000; round++)
        {
            Guard(() =>
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                var projector = _projector ?? Recover();
                projector.Project();
                projector.Checkpoint();
            });
            if (_projector is { IsIdle: true })
            {
                Upkeep(DateTimeOffset.MaxValue);
                End();
                ProjectionVerdict.Check(this, _foreign);
                return;
            }
        }

        throw new SimulationFailure("does not drain");
    }
}
