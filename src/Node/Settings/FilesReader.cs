using ActorLog.Sinks.Files;

namespace ActorLog.Node.Settings;

/// <summary>Reads where lines go: a file sink's block, or the aggregator's.</summary>
internal sealed class FilesReader(SettingsTree tree, string dataDirectory)
{
    public const string Defaults = SettingsTree.Root + ".defaults.files";

    private static readonly SettingFormat<RotationPeriod> Period = SettingFormats.Choice(
        ("never", RotationPeriod.Never), ("hour", RotationPeriod.Hour), ("day", RotationPeriod.Day));

    /// <summary>Reads the block of defaults for its own sake: its faults and keys count without any sink.</summary>
    public void CheckDefaults() => Read(new SettingsScope(tree, Defaults), "");

    public FileSinkSettings Read(string path)
    {
        var directory = new SettingsScope(tree, path).Read<string>("directory", SettingFormats.Text);
        return Read(new SettingsScope(tree, path, Defaults), Path.GetFullPath(directory, dataDirectory));
    }

    private static FileSinkSettings Read(SettingsScope scope, string directory)
    {
        var rotation = scope.Below("rotation");
        var retention = scope.Below("retention");
        return new FileSinkSettings(
            directory,
            scope.Read<string>("path", Template),
            scope.Read<TimeZoneInfo>("time-zone", SettingFormats.Zone),
            new RotationSettings(
                rotation.Read("size", SettingFormats.OrOff(SettingFormats.Size(4 << 10, 1L << 40))),
                rotation.Read("every", Period),
                rotation.Read<bool>("compress", SettingFormats.Switch)),
            new RetentionSettings(
                retention.Read("count", SettingFormats.OrOff(SettingFormats.Number(1, 1_000_000))),
                retention.Read("age", SettingFormats.OrOff(
                    SettingFormats.Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(36_500)))),
                retention.Read("size", SettingFormats.OrOff(SettingFormats.Size(4 << 10, 1L << 50)))));
    }

    private static string? Template(string text, out string value)
    {
        value = text;
        return PathTemplate.TryParse(text, out _, out var error)
            ? null
            : $"is not a path, from character {error.Offset + 1} on: {error.Message}";
    }
}
