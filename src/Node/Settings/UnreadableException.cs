namespace ActorLog.Node.Settings;

/// <summary>A HOCON text cannot be read on.</summary>
/// <param name="at">Where, in UTF-16 units from the start.</param>
/// <param name="path">The key it belongs to.</param>
/// <param name="message">Why, for the operator.</param>
internal sealed class UnreadableException(int at, string path, string message) : Exception(message)
{
    public int At { get; } = at;

    public string Path { get; } = path;
}
