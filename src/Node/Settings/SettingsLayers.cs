using Akka.Configuration;

namespace ActorLog.Node.Settings;

/// <summary>Loads the parts of the configuration and lays them over each other: default &lt; file &lt; --set.</summary>
internal sealed class SettingsLayers
{
    private const string ResourceName = "akka.hocon";
    private static readonly string[] Blocks = [SettingsTree.Root, "akka"];
    private static readonly string[] NamedSections = ["sources", "sinks", "filters", "routes"];
    private readonly List<SettingsFault> _faults;

    private SettingsLayers(List<SettingsFault> faults)
    {
        _faults = faults;
        Default = Parse("default", DefaultText())
            ?? throw new InvalidDataException("The embedded configuration is damaged.");
        Actorlog = Default.Value.Child(SettingsTree.Root)!;
        Akka = Default.Akka;
    }

    /// <summary>The embedded config/akka.hocon.</summary>
    public Layer Default { get; }

    /// <summary>The joined actorlog { } part, without the environment.</summary>
    public SettingValue Actorlog { get; private set; }

    /// <summary>The joined akka { } part.</summary>
    public Config Akka { get; private set; }

    /// <summary>Whether the file could be read at all; if not, checking its content would tell of faults it does not have.</summary>
    public bool IsReadable { get; private set; } = true;

    /// <summary>The text of the embedded config/akka.hocon.</summary>
    public static string DefaultText()
    {
        using var stream = typeof(SettingsLayers).Assembly.GetManifestResourceStream(ResourceName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static SettingsLayers Load(SettingsRequest request, List<SettingsFault> faults)
    {
        var layers = new SettingsLayers(faults);
        if (request.ConfigPath is { } path)
        {
            layers.LayFile(path);
        }

        foreach (var text in request.Overrides)
        {
            layers.LayOverride(text);
        }

        return layers;
    }

    private void LayFile(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _faults.Add(new SettingsFault(path, "", $"cannot be read: {e.Message}"));
            IsReadable = false;
            return;
        }

        if (Parse(path, text.TrimStart('\uFEFF')) is not { } file)
        {
            IsReadable = false;
            return;
        }

        foreach (var (key, value) in file.Value.Children!.Where(static pair => !Blocks.Contains(pair.Key)))
        {
            _faults.Add(new SettingsFault(value.Where, key, $"unknown key{Nearest.To(key, Blocks)}"));
        }

        Akka = file.Akka.WithFallback(Akka);
        if (file.Value.Child(SettingsTree.Root) is { } own)
        {
            // A file that names its sources means these and not ours besides; so with all that has names.
            foreach (var section in NamedSections.Where(section => own.Child(section) is not null))
            {
                Actorlog.Children!.Remove(section);
            }

            Actorlog = own.Over(Actorlog, TellNoBlock);
        }
    }

    private void LayOverride(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = equals > 0 ? text[..equals].Trim() : "";
        var keys = path.Split('.');
        if (path.Length == 0 || keys.Any(static key => key.Length == 0 || key.AsSpan().IndexOfAny('"', ' ') >= 0))
        {
            _faults.Add(new SettingsFault("--set", "", $"'{text}' is not path=value (try --set spool.bytes-max=1GiB)"));
            return;
        }

        var value = text[(equals + 1)..].Trim();
        if (keys[0] == "akka")
        {
            var quoted = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            Akka = ConfigurationFactory.ParseString($"{path} = \"{quoted}\"").WithFallback(Akka);
            return;
        }

        keys = keys[0] == SettingsTree.Root ? keys[1..] : keys;
        var top = SettingValue.Block(SettingsTree.Root, "--set");
        var at = top;
        foreach (var key in keys[..^1])
        {
            var below = SettingValue.Block(HoconPositions.Join(at.Path, key), "--set");
            at.Children!.Add(key, below);
            at = below;
        }

        at.Children!.Add(keys[^1], SettingValue.OfText($"{at.Path}.{keys[^1]}", "--set", value, isOverride: true));
        Actorlog = top.Over(Actorlog, TellNoBlock);
    }

    private void TellNoBlock(SettingValue value) =>
        _faults.Add(new SettingsFault(value.Where, value.Path, $"'{value.Text}' is not a block: {{ ... }}"));

    private Layer? Parse(string name, string text)
    {
        var positions = HoconPositions.Scan(text);
        if (positions.Fault is { } fault)
        {
            _faults.Add(new SettingsFault(At(name, fault.Position), fault.Path, fault.Text));
            return null;
        }

        try
        {
            var config = ConfigurationFactory.ParseString(text);
            var value = SettingValue.Of(config.Root, "", path =>
                name == "default" ? name : positions[path] is { } position ? At(name, position) : name);
            var akka = config.Root.IsObject() && config.Root.GetObject().GetKey("akka") is { } part
                ? part.AtKey("akka")
                : ConfigurationFactory.Empty;
            return new Layer(value.Children is null ? SettingValue.Block("", name) : value, akka);
        }
        catch (Exception e) when (e is FormatException or ConfigurationException or NullReferenceException)
        {
            // The parser's own exceptions; what it gives as a position is an offset into its own copy of the text.
            _faults.Add(new SettingsFault(name, "", $"is not HOCON: {e.Message.Split('\n')[0].Trim()}"));
            return null;
        }
    }

    private static string At(string name, HoconPosition position) => $"{name}:{position.Line}:{position.Column}";

    /// <summary>One part of the configuration.</summary>
    /// <param name="Value">All of it.</param>
    /// <param name="Akka">Its akka { } part, as the library reads it.</param>
    internal sealed record Layer(SettingValue Value, Config Akka);
}
