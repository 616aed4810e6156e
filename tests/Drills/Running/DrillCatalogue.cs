using ActorLog.Drills.Clustering;
using ActorLog.Drills.Disk;
using ActorLog.Drills.Network;
using ActorLog.Drills.Resources;
using ActorLog.Drills.Scale;

namespace ActorLog.Drills.Running;

/// <summary>Every drill there is, in the order in which a suite runs them.</summary>
internal static class DrillCatalogue
{
    /// <summary>All.</summary>
    public static IReadOnlyList<Drill> All { get; } =
    [
        new Kill9Drill(),
        new KillAtFullSpeedDrill(),
        new CrashPointsDrill(),
        new SimulationDrill(),
        new PlantedBugsDrill(),
        new FloodDrill(),
        new SpoolLimitDrill(),
        new SpoolCorruptDrill(),
        new JournalCorruptDrill(),
        new LiveDamageDrill(),
        new TornTailDrill(),
        new SpoolLockedDrill(),
        new PostgresDrill(),
        new CloneDrill(),
        new RestoreDrill(),
        new SpoolExportDrill(),
        new LinkDrill(),
        new ResetDrill(),
        new HalfOpenDrill(),
        new SlowLinkDrill(),
        new NameDrill(),
        new CertificateDrill(),
        new RenewalDrill(),
        new PauseDrill(),
        new ClockDrill(),
        new TimeZoneDrill(),
        new HostNameDrill(),
        new MemoryDrill(),
        new CpuQuotaDrill(),
        new DescriptorsDrill(),
        new PowerCutDrill(),
        new DiskFullDrill(),
        new InodesDrill(),
        new FsyncDrill(),
        new WriteErrorDrill(),
        new SlowFsyncDrill(),
        new ReadOnlyDrill(),
        new ReadOnlyStartDrill(),
        new LogrotateDrill(),
        new DeletedDrill(),
        new PermissionDrill(),
        new ContainerDrill(),
        new FailoverDrill(),
        new HandoverDrill(),
        new CatDrill(),
        new UpgradeDrill(),
        new PausedOwnerDrill(),
        new PartitionDrill(),
        new StarveDrill(),
        new HostsDrill(),
        new ReconnectDrill(),
        new EdgesDrill(),
        new CostDrill(),
        new OwnersDrill(),
    ];

    /// <summary>Those of the quick suite, which the tests run too.</summary>
    public static IReadOnlyList<Drill> Quick { get; } = [.. All.Where(static d => d.QuickCycles > 0)];

    /// <summary>The drill of this name, or null.</summary>
    public static Drill? Find(string name) => All.FirstOrDefault(d => d.Name == name);
}
