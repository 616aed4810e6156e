namespace ActorLog.Node.Settings;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Where">file:line:column, the environment variable, <c>--set</c>, or <c>default</c>.</param>
/// <param name="Path">The key, whole: actorlog.spool.bytes-max; empty where the file itself is at fault.</param>
/// <param name="Text">What is wrong and what to do about it.</param>
public sealed record SettingsFault(string Where, string Path, string Text)
{
    /// <summary>The line that an operator sees.</summary>
    public override string ToString() => Path.Length == 0 ? $"{Where}: {Text}" : $"{Where} {Path}: {Text}";
}
