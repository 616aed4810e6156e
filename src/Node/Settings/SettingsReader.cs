namespace ActorLog.Node.Settings;

/// <summary>
/// Reads the configuration, default &lt; file &lt; environment &lt; --set, and checks all of it: what comes out is either
/// settings that can be run or every fault there is. Nobody else sees the HOCON.
/// </summary>
public static class SettingsReader
{
    /// <summary>Reads and checks. It opens the configuration, certificates and keys; it binds and connects to nothing.</summary>
    public static SettingsReading Read(SettingsRequest request) => Read(request, out _);

    internal static SettingsReading Read(SettingsRequest request, out IReadOnlySet<string> asked)
    {
        var faults = new List<SettingsFault>();
        var layers = SettingsLayers.Load(request, faults);
        var tree = new SettingsTree(layers.Actorlog, request.Environment, faults);
        asked = tree.Asked;
        if (!layers.IsReadable)
        {
            return new SettingsReading(null, faults);
        }

        var settings = new NodeSettingsReader(tree, request).Read(layers.Akka);
        tree.TellUnknown();
        return faults.Count == 0
            ? new SettingsReading(settings, [])
            : new SettingsReading(
                null,
                [.. faults.OrderBy(InFileOrder).ThenBy(static fault => fault.Path, StringComparer.Ordinal)]);
    }

    private static (int Rank, int Line, int Column) InFileOrder(SettingsFault fault)
    {
        var parts = fault.Where.Split(':');
        return parts.Length >= 3 && int.TryParse(parts[^2], out var line) && int.TryParse(parts[^1], out var column)
            ? (0, line, column)
            : (1, 0, 0);
    }
}
