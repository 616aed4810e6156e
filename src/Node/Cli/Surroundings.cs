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
        Variables());

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry pair in System.Environment.GetEnvironmentVariables())
        {
            variables.Add((string)pair.Key, (string?)pair.Value ?? "");
        }

        return variables;
    }
}
