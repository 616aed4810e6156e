using ActorLog.Testing.Simulation.Delivery;
using ActorLog.Testing.Simulation.Projection;

namespace ActorLog.Testing.Simulation;

/// <summary>A rule of the design taken out, under its name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hole">The hole of the design that the rule closes.</param>
/// <param name="Run">A schedule with the mistake made, by its seed.</param>
public sealed record PlantedBug(string Name, string Hole, Func<int, Tally> Run)
{
    /// <summary>Looks for a schedule that breaks a promise.</summary>
    /// <returns>The first, and what was seen; null when there was none.</returns>
    public (int Seed, string Seen)? Find(int firstSeed, int schedules)
    {
        for (var i = 0; i < schedules; i++)
        {
            var seed = unchecked(firstSeed + i);
            try
            {
                Run(seed);
            }
            catch (SimulationFailure e)
            {
                return (seed, e.Message);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>All planted bugs: the simulation must find each.</summary>
public static class PlantedBugs
{
    /// <summary>In the order of the design's holes, the last ones first found by a simulation.</summary>
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        .. Enum.GetValues<DeliveryBug>().Where(static bug => bug != DeliveryBug.None).Select(Plant),
        .. Enum.GetValues<ProjectionBug>().Where(static bug => bug != ProjectionBug.None).Select(Plant),
    ];

    // Half of them where the rarer interleavings are.
    private static PlantedBug Plant(DeliveryBug bug) => new(
        bug.ToString(), HoleOf(bug), seed => DeliverySimulation.Run(seed, bug, seed % 2 == 0 ? DeliveryFocus.None : FocusOf(bug)));

    private static DeliveryFocus FocusOf(DeliveryBug bug) => bug switch
    {
        DeliveryBug.DeleteAtStored or DeliveryBug.TimelineKept => DeliveryFocus.Standby,
        _ => DeliveryFocus.Duels,
    };

    private static PlantedBug Plant(ProjectionBug bug) =>
        new(bug.ToString(), HoleOf(bug), seed => ProjectionSimulation.Run(seed, bug));

    private static string HoleOf(DeliveryBug bug) => bug switch
    {
        DeliveryBug.AckBeforePersist => "ack before persist",
        DeliveryBug.NoChain => "C5 bare watermark",
        DeliveryBug.AckPastDurable => "C6 ack past the durable watermark",
        DeliveryBug.NoCutOnRecovery => "no cut on recovery",
        DeliveryBug.NoProjectionOnRecovery => "no projection on recovery",
        DeliveryBug.SnapshotAtCallTime => "H6 snapshot ahead of its events",
        DeliveryBug.FenceByRowAlone => "C1 delete without the fence",
        DeliveryBug.CommitInSnapshotOnly => "C2 commit in the snapshot, no event",
        DeliveryBug.WriteBeforeFileOpened => "C9a file written before FileOpened",
        DeliveryBug.CheckpointBeforeSync => "checkpoint before sync",
        DeliveryBug.RetiredBeforeDirectorySync => "H8 rename not durable",
        DeliveryBug.OriginReused => "C7 origin reused",
        DeliveryBug.FloorBehindHole => "H10 floor behind a hole",
        DeliveryBug.NoChainBehindHole => "H10 no chain behind a hole",
        DeliveryBug.SettledWithoutMark => "H1 settled beyond what was asked",
        DeliveryBug.SettledWithoutProof => "H1 settled by an ex-owner",
        DeliveryBug.GapsBelieved => "C3 gaps believed",
        DeliveryBug.OldWriterDiscarded => "C4 replay filter",
        DeliveryBug.SlotRecomputed => "C8 key recomputed",
        DeliveryBug.CutBeforeOwned => "C10 no Owned before the first cut",
        DeliveryBug.LoserCutsItsTail => "C10 tail cut too early",
        DeliveryBug.DeleteAtStored => "H1 deleted at stored",
        DeliveryBug.NoWake => "H2 no wake",
        DeliveryBug.NoCap => "H3 no cap",
        DeliveryBug.TimelineKept => "a journal that fell back unnoticed",
        DeliveryBug.ForgottenTooSoon => "M1 watermark forgotten too soon",
        _ => throw new ArgumentOutOfRangeException(nameof(bug)),
    };

    private static string HoleOf(ProjectionBug bug) => bug switch
    {
        ProjectionBug.TailKept => "no cut on recovery",
        ProjectionBug.CommittedWithoutSync => "checkpoint before sync",
        ProjectionBug.SyncRetried => "failed fsync retried",
        ProjectionBug.LinesBeforeFileOpened => "C9a file written before FileOpened",
        ProjectionBug.IdleFileDropped => "C9b idle file dropped from the table",
        ProjectionBug.BaseIgnored => "C9c foreign file at the path",
        ProjectionBug.CutByPath => "H7 cut by path",
        ProjectionBug.RenamedBeforeIntent => "H8 rename without a decision in the journal",
        ProjectionBug.RenameReplaces => "H8 numbered shift",
        ProjectionBug.RenameNotSynced => "H8 rename not durable",
        ProjectionBug.OriginalDeletedUnproved => "H8 original deleted before the copy is proved",
        ProjectionBug.CommitAheadOfFiles => "commit ahead of the files",
        ProjectionBug.HandleDropped => "file moved before its first checkpoint",
        _ => throw new ArgumentOutOfRangeException(nameof(bug)),
    };
}
