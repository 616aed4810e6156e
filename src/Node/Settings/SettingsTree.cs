using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Settings;

/// <summary>
/// The configuration joined from its parts: default &lt; file &lt; environment &lt; --set. It remembers which keys were
/// asked for, so that what nobody asked for can be told as unknown, and collects the faults.
/// </summary>
internal sealed class SettingsTree
{
    /// <summary>The block that all paths begin with.</summary>
    public const string Root = "actorlog";

    private readonly SettingValue _root;
    private readonly Dictionary<string, string> _environment;
    private readonly HashSet<string> _usedVariables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _free = new(StringComparer.Ordinal);
    private readonly List<SettingsFault> _faults;
    private readonly HashSet<SettingsFault> _told = [];

    public SettingsTree(SettingValue root, IReadOnlyDictionary<string, string> environment, List<SettingsFault> faults)
    {
        _root = root;
        _environment = environment
            .Where(static pair => pair.Key.StartsWith("ACTORLOG_", StringComparison.Ordinal))
            .Where(static pair => pair.Key is not ("ACTORLOG_CONFIG" or CrashPoint.Variable) && !IsServiceLink(pair.Key))
            .ToDictionary(StringComparer.Ordinal);
        _faults = faults;
    }

    /// <summary>Every key that was asked for.</summary>
    public IReadOnlySet<string> Asked => _asked;

    /// <summary>Whether a key's value is known to be wrong, so that nothing should be concluded from it.</summary>
    public bool IsFaulty(string path) => _faults.Exists(fault =>
        fault.Path == path || fault.Path.StartsWith(path + "[", StringComparison.Ordinal));

    /// <summary>The variable that sets a key: ACTORLOG_ and the path below actorlog with . and - as _.</summary>
    public static string EnvironmentName(string path) =>
        "ACTORLOG_" + (path.StartsWith(Root + ".", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : path)
            .Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    /// <summary>The value of a key, or null; from now on the key is a known one.</summary>
    public SettingValue? Find(string path)
    {
        _asked.Add(path);
        var found = Walk(path);
        var name = EnvironmentName(path);
        if (found?.Children is not null || !_environment.TryGetValue(name, out var text))
        {
            return found;
        }

        _usedVariables.Add(name);
        return found is { IsOverride: true } ? found : SettingValue.OfText(path, name, text.Trim());
    }

    /// <summary>The block under a path, or null when there is none; its keys stay unknown.</summary>
    public SettingValue? Block(string path)
    {
        var found = Walk(path);
        if (found is { Children: null })
        {
            Fault(found, $"'{found.Text}' is not a block: {{ ... }}");
            _asked.Add(path);
            return null;
        }

        return found;
    }

    /// <summary>A block whose reader looks for unknown keys itself.</summary>
    public SettingValue? FreeBlock(string path)
    {
        _free.Add(path);
        return Block(path);
    }

    /// <summary>The names below a section such as actorlog.sources, each told when it is not a plain name.</summary>
    public IReadOnlyList<string> Names(string section)
    {
        var names = new List<string>();
        _free.Add(section);
        foreach (var (name, value) in Block(section)?.Children ?? [])
        {
            if (name.Length is > 0 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                names.Add(name);
            }
            else
            {
                Fault(value, $"the name '{name}' has more than letters, digits, '-' and '_', or more than 64 of them");
            }
        }

        return names;
    }

    public void Fault(SettingValue value, string text) => Fault(value.Where, value.Path, text);

    public void Fault(string where, string path, string text)
    {
        var fault = new SettingsFault(where, path, text);
        if (_told.Add(fault))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Tells of every key and variable that nobody asked for; to be called when all is read.</summary>
    public void TellUnknown()
    {
        foreach (var (key, value) in _root.Children!)
        {
            TellUnknown(value, HoconPositions.Join(Root, key));
        }

        foreach (var name in _environment.Keys.Except(_usedVariables).Order(StringComparer.Ordinal))
        {
            var near = Nearest.To(name, _asked.Select(EnvironmentName));
            Fault(name, "", $"no key has this variable{near}");
        }
    }

    private SettingValue? Walk(string path)
    {
        var found = _root;
        foreach (var key in path.Split('.').Skip(1))
        {
            found = found?.Child(key);
        }

        return found;
    }

    private void TellUnknown(SettingValue value, string path)
    {
        if (_asked.Contains(path))
        {
            return;
        }

        var known = _free.Contains(path) || _asked.Any(asked => asked.StartsWith(path + ".", StringComparison.Ordinal));
        if (!known)
        {
            var parent = path[..(path.LastIndexOf('.') + 1)];
            var siblings = _asked.Concat(_free).Where(asked => asked.StartsWith(parent, StringComparison.Ordinal))
                .Select(asked => asked[parent.Length..].Split('.')[0]);
            Fault(value, $"unknown key{Nearest.To(path[parent.Length..], siblings)}");
            return;
        }

        if (value.Children is null)
        {
            Fault(value, "is a block: { ... }");
            return;
        }

        foreach (var (key, child) in _free.Contains(path) && IsLeafBlock(path) ? [] : value.Children)
        {
            TellUnknown(child, HoconPositions.Join(path, key));
        }
    }

    private bool IsLeafBlock(string path) =>
        !_asked.Concat(_free).Any(asked => asked.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>Kubernetes sets such variables for a service called actorlog...: they are not meant for us.</summary>
    private static bool IsServiceLink(string name) =>
        name.EndsWith("_SERVICE_HOST", StringComparison.Ordinal) || name.Contains("_SERVICE_PORT", StringComparison.Ordinal)
        || name.EndsWith("_PORT", StringComparison.Ordinal) || name.Contains("_PORT_", StringComparison.Ordinal);
}
