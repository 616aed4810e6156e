namespace ActorLog.Sinks.Files;

/// <summary>
/// A path below a sink's root; one object per path in its <see cref="PathTable"/> during a batch. A table forgets, so
/// what outlives a batch goes by <see cref="Value"/>.
/// </summary>
public sealed class FilePath
{
    internal FilePath(string value)
    {
        Value = value;
    }

    /// <summary>The path, names divided by '/'.</summary>
    public string Value { get; }

    /// <summary>Which of a <see cref="LineGroups"/>' groups it has, in the round of that number.</summary>
    internal int Group { get; set; }

    internal long Round { get; set; }

    /// <summary>The path.</summary>
    public override string ToString() => Value;
}
