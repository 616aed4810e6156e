using System.Collections;

namespace ActorLog.Node.Cli;

/// <summary>What the command line sees of the process around it.</summary>
/// <param name="Output">Where results go.</param>
/// <param name="Error">Where faults go.</param>
/// <param name="Environment">The environment variables.</param>
internal sealed record Surroundings(TextWriter Output, TextWriter Error, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Opens what results go to that are bytes, and many.</summary>
    public Func<Stream> OpenOutput { get; init; } = StandardOutput.Open;

    /// <summary>Those of this process.</summary>
    public static Surroundings OfProcess() => new(
        Console.Out,
        Console.Error,
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static pair => (string)pair.Key, static pair => (string?)pair.Value ?? "", StringComparer.Ordinal));
}
