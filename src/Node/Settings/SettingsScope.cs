namespace ActorLog.Node.Settings;

/// <summary>
/// One block of the configuration, read key by key. A key that the block does not have is looked up in the block of
/// defaults, if there is one; a value that cannot be read is told, and the format's fallback stands in until the end.
/// </summary>
/// <param name="tree">The whole configuration.</param>
/// <param name="path">The block's path.</param>
/// <param name="defaults">The path of the block with the defaults, or null.</param>
internal sealed class SettingsScope(SettingsTree tree, string path, string? defaults = null)
{
    public SettingsTree Tree => tree;

    public string Path => path;

    /// <summary>A block below this one, with the block of the same name below the defaults.</summary>
    public SettingsScope Below(string key) =>
        new(tree, $"{path}.{key}", defaults is null ? null : $"{defaults}.{key}");

    /// <summary>The value of a key wherever it stands, or null.</summary>
    public SettingValue? Find(string key)
    {
        var own = tree.Find($"{path}.{key}");
        var common = defaults is null ? null : tree.Find($"{defaults}.{key}");
        return own ?? common;
    }

    /// <summary>A plain value.</summary>
    public T Read<T>(string key, SettingFormat<T> format)
    {
        if (Find(key) is { } value)
        {
            return Read(value, format);
        }

        var block = tree.Block(path);
        tree.Fault(block?.Where ?? "default", $"{path}.{key}", "is missing");
        format("", out var fallback);
        return fallback;
    }

    /// <summary>A list of plain values; one text with commas will do, as a variable or --set has it.</summary>
    public IReadOnlyList<T> ReadList<T>(string key, SettingFormat<T> format)
    {
        if (Find(key) is not { } value)
        {
            tree.Fault(tree.Block(path)?.Where ?? "default", $"{path}.{key}", "is missing");
            return [];
        }

        return [.. Elements(value).Select(element => Read(element, format))];
    }

    /// <summary>Tells what is wrong with a key.</summary>
    public void Fault(string key, string text)
    {
        if (Find(key) is { } value)
        {
            tree.Fault(value, text);
        }
    }

    /// <summary>The elements of a list, or of a text with commas.</summary>
    public static IEnumerable<SettingValue> Elements(SettingValue value)
    {
        if (value.Items is { } items)
        {
            return items;
        }

        return value.Text is { } text
            ? text.TrimStart('[').TrimEnd(']')
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(part => SettingValue.OfText(value.Path, value.Where, part))
            : [value];
    }

    private T Read<T>(SettingValue value, SettingFormat<T> format)
    {
        var error = format(value.Text ?? "", out var read);
        if (value.Text is null)
        {
            tree.Fault(value, value.Items is null
                ? "is a block where a plain value should be"
                : "is a list where one value should be");
        }
        else if (error is not null)
        {
            tree.Fault(value, $"'{value.Text}' {error}");
        }

        return read;
    }
}
