namespace ActorLog.Node.Settings;

/// <summary>Where the configuration comes from; later parts win over earlier ones.</summary>
/// <param name="ConfigPath">The HOCON file; null: the embedded default alone.</param>
/// <param name="Environment">The process's environment, of which ACTORLOG_... counts.</param>
/// <param name="Overrides">path=value, as --set has them.</param>
public sealed record SettingsRequest(
    string? ConfigPath,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string> Overrides)
{
    /// <summary>Nothing but the embedded default.</summary>
    public static readonly SettingsRequest Default = new(null, new Dictionary<string, string>(), []);

    /// <summary>
    /// The clock by which certificates are judged; null: they are not, since an edge whose certificate is over still spools.
    /// </summary>
    public TimeProvider? Clock { get; init; } = TimeProvider.System;

    /// <summary>What the machine is called, for <c>name = auto</c>.</summary>
    public string MachineName { get; init; } = System.Environment.MachineName;
}
