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
        new ContainerDrill(),
    ];

    /// <summary>Those of the quick suite, which the tests run too.</summary>
    public static IReadOnlyList<Drill> Quick { get; } = [.. All.Where(static d => d.QuickCycles > 0)];

    /// <summary>The drill of this name, or null.</summary>
    public static Drill? Find(string name) => All.FirstOrDefault(d => d.Name == name);
}
