namespace ActorLog.Node.Settings;

/// <summary>What reading the configuration gave: settings, or all that is wrong with it.</summary>
/// <param name="Settings">The settings; null when there is any fault.</param>
/// <param name="Faults">Every fault, those of the file in the order of its lines.</param>
public sealed record SettingsReading(NodeSettings? Settings, IReadOnlyList<SettingsFault> Faults);
