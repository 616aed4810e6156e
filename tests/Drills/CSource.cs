using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>A source in C beside the class that uses it, compiled when it is needed.</summary>
internal static class CSource
{
    /// <summary>Compiles a source of this project into a folder.</summary>
    /// <param name="source">Its path below tests/Drills.</param>
    /// <param name="folder">Where the result goes.</param>
    /// <param name="options">Further options of gcc.</param>
    /// <returns>The result's path.</returns>
    public static async Task<string> Compile(string source, string folder, params string[] options)
    {
        var result = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
        await ChildProcess.Run(
            Repository.Part("gcc"), ["-O2", "-Wall", "-Wextra", "-Werror", .. options, "-o", result, Repository.At("tests", "Drills", source)],
            folder);
        return result;
    }
}
