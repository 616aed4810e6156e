using Akka.Configuration.Hocon;

namespace ActorLog.Node.Settings;

/// <summary>One value of the configuration and where it was written: a text, a list, or a block of further values.</summary>
internal sealed class SettingValue
{
    private SettingValue(string path, string where)
    {
        Path = path;
        Where = where;
    }

    /// <summary>The whole key.</summary>
    public string Path { get; }

    /// <summary>file:line:column, or which other source.</summary>
    public string Where { get; }

    /// <summary>Whether --set wrote it: nothing wins over that.</summary>
    public bool IsOverride { get; private init; }

    /// <summary>The text of a plain value, else null.</summary>
    public string? Text { get; private init; }

    /// <summary>The elements of a list, else null.</summary>
    public IReadOnlyList<SettingValue>? Items { get; private init; }

    /// <summary>The values of a block, in the order of the file, else null.</summary>
    public Dictionary<string, SettingValue>? Children { get; private init; }

    public static SettingValue OfText(string path, string where, string text, bool isOverride = false) =>
        new(path, where) { Text = text, IsOverride = isOverride };

    public static SettingValue Block(string path, string where) => new(path, where) { Children = [] };

    /// <summary>Takes over what Akka's parser read.</summary>
    /// <param name="value">The parser's value.</param>
    /// <param name="path">Its whole key.</param>
    /// <param name="where">Says where a key stands.</param>
    public static SettingValue Of(HoconValue value, string path, Func<string, string> where)
    {
        if (value.Values.OfType<HoconArray>().FirstOrDefault() is { } list)
        {
            // An empty list is neither list nor text to the parser's own IsArray and IsString.
            var items = list.GetArray().Select((item, index) => Of(item, $"{path}[{index}]", where));
            return new SettingValue(path, where(path)) { Items = [.. items] };
        }

        if (!value.IsObject())
        {
            return OfText(path, where(path), value.IsString() ? value.GetString() ?? "" : "");
        }

        var block = Block(path, where(path));
        foreach (var (key, child) in value.GetObject().Items)
        {
            block.Children!.Add(key, Of(child, HoconPositions.Join(path, key), where));
        }

        return block;
    }

    /// <summary>The value below by a key, or null.</summary>
    public SettingValue? Child(string key) => Children?.GetValueOrDefault(key);

    /// <summary>This over another: blocks are joined key by key, anything else is replaced.</summary>
    /// <param name="other">What lies below, or null.</param>
    /// <param name="conflict">Told of what is no block where there must be one; there, the block below is kept.</param>
    public SettingValue Over(SettingValue? other, Action<SettingValue> conflict)
    {
        if (other?.Children is null)
        {
            return this;
        }

        if (Children is null)
        {
            conflict(this);
            return other;
        }

        var joined = Block(Path, Where);
        foreach (var (key, value) in other.Children)
        {
            joined.Children!.Add(key, value);
        }

        foreach (var (key, value) in Children)
        {
            joined.Children![key] = value.Over(other.Child(key), conflict);
        }

        return joined;
    }
}
