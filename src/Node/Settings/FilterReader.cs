using ActorLog.Node.Routing;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Settings;

/// <summary>Reads actorlog.filters: several conditions in one block must all hold, several values of one any.</summary>
internal sealed class FilterReader(SettingsTree tree)
{
    public const string Section = SettingsTree.Root + ".filters";

    /// <summary>The name of the filter that takes everything; no filter may be called so.</summary>
    public const string All = "all";

    private static readonly string[] Keys = ["program", "host", "facility", "severity", "channel", "and", "or", "not"];

    private static readonly (string Word, int Value)[] Facilities =
        [.. Enum.GetValues<Facility>().Select(static facility => (facility.ToString().ToLowerInvariant(), (int)facility))];

    private static readonly (string Word, int Value)[] Severities =
    [
        .. Enum.GetValues<Severity>().Select(static severity => (severity.ToString().ToLowerInvariant(), (int)severity)),
        ("emerg", 0), ("panic", 0), ("crit", 2), ("err", 3), ("warn", 4), ("informational", 6),
    ];

    private static readonly (string Word, int Value)[] Channels =
        [.. Enum.GetValues<Channel>().Select(static channel => (channel.ToString().ToLowerInvariant(), (int)channel))];

    /// <summary>All filters by name; one that is faulty is there too, so that its routes are not told of it again.</summary>
    public IReadOnlyDictionary<string, Filter> Read()
    {
        var filters = new Dictionary<string, Filter>(StringComparer.Ordinal);
        foreach (var name in tree.Names(Section))
        {
            if (tree.FreeBlock($"{Section}.{name}") is not { } block)
            {
                continue;
            }

            if (name == All)
            {
                tree.Fault(block, $"'{All}' is the filter that takes everything; give this one another name");
            }

            filters.Add(name, ReadBlock(block));
        }

        return filters;
    }

    private Filter ReadBlock(SettingValue block)
    {
        if (block.Children is not { Count: > 0 } children)
        {
            tree.Fault(block, "has no condition: " + string.Join(", ", Keys));
            return JoinedFilter.And([]);
        }

        var conditions = children.Select(pair => ReadCondition(pair.Key, tree.Find(pair.Value.Path) ?? pair.Value)).ToList();
        return conditions.Count == 1 ? conditions[0] : JoinedFilter.And(conditions);
    }

    private Filter ReadCondition(string key, SettingValue value)
    {
        switch (key)
        {
            case "program": return PatternFilter.OnProgram(Patterns(value));
            case "host": return PatternFilter.OnHost(Patterns(value));
            case "facility": return SetFilter.OnFacility(Members(value, Facilities, "facility"));
            case "channel": return SetFilter.OnChannel(Members(value, Channels, "channel"));
            case "severity": return SetFilter.OnSeverity(Members(value, Severities, "severity"));
            case "and": return JoinedFilter.And(Parts(value));
            case "or": return JoinedFilter.Or(Parts(value));
            case "not": return JoinedFilter.Not(ReadBlock(value));
            default:
                tree.Fault(value, $"unknown key{Nearest.To(key, Keys)} (there are {string.Join(", ", Keys)})");
                return JoinedFilter.And([]);
        }
    }

    private List<Filter> Parts(SettingValue value)
    {
        if (value.Items is not { Count: > 0 } items)
        {
            tree.Fault(value, "is not a list of blocks (try [ { program = \"gunicorn.*\" } ])");
            return [];
        }

        return [.. items.Select(ReadBlock)];
    }

    private List<BytePattern> Patterns(SettingValue value)
    {
        var patterns = new List<BytePattern>();
        foreach (var element in Elements(value))
        {
            if (BytePattern.TryParse(element.Text ?? "", out var pattern, out var error))
            {
                patterns.Add(pattern!);
            }
            else
            {
                tree.Fault(element, $"'{element.Text}' {error}");
            }
        }

        return patterns;
    }

    private uint Members(SettingValue value, (string Word, int Value)[] words, string kind)
    {
        var members = 0u;
        foreach (var element in Elements(value))
        {
            var text = element.Text ?? "";
            var ends = kind == "severity" ? text.Split("..", 2, StringSplitOptions.TrimEntries) : [text];
            // An open range goes on to its end: "error.." up to emergency, "..notice" from debug on.
            var first = Index(words, ends[0].Length == 0 && ends.Length == 2 ? "debug" : ends[0]);
            var last = ends.Length == 1 ? first : Index(words, ends[1].Length == 0 ? "emergency" : ends[1]);
            if (first < 0 || last < 0 || text == "..")
            {
                var names = words.DistinctBy(static word => word.Value).Select(static word => word.Word);
                var hint = kind == "severity" ? "try warning..emergency" : $"there are {string.Join(", ", names)}";
                tree.Fault(element, $"'{text}' is not a {kind}{Nearest.To(first < 0 ? ends[0] : ends[^1], names)} ({hint})");
                continue;
            }

            for (var member = Math.Min(first, last); member <= Math.Max(first, last); member++)
            {
                members |= 1u << member;
            }
        }

        return members;
    }

    private static int Index((string Word, int Value)[] words, string text)
    {
        var found = Array.FindIndex(words, word => word.Word == text);
        return found < 0 ? -1 : words[found].Value;
    }

    private IEnumerable<SettingValue> Elements(SettingValue value)
    {
        // A pattern may hold a comma, so a plain text is one value here.
        var elements = value.Items ?? [value];
        if (elements.Count == 0)
        {
            tree.Fault(value, "is an empty list: it would take nothing");
        }

        return elements;
    }
}
