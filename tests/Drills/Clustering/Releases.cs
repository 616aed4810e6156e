using System.Globalization;
using System.Text.RegularExpressions;
using ActorLog.Drills.Running;
using ActorLog.Protocol.Versions;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>
/// Published builds beside the one under test: an earlier one from the repository's history, and the next two, which are this source with
/// the versions of <see cref="Release"/> raised, in a copy.
/// </summary>
internal sealed class Releases : IDisposable
{
    /// <summary>The variable that names the folder of an earlier build, to be taken instead of <see cref="Compatible"/>.</summary>
    public const string Variable = "ACTORLOG_BEFORE";

    /// <summary>
    /// The earlier build: the oldest commit that this source must work with, side by side and on its data. Set it to the release before this
    /// one whenever one is made.
    /// </summary>
    public const string Compatible = "0bc3a7c";

    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(20);
    private readonly TempDirectory _directory;

    private Releases(TempDirectory directory) => _directory = directory;

    /// <summary>The earlier one.</summary>
    public required string Before { get; init; }

    /// <summary>The one under test.</summary>
    public string This { get; } = Repository.Program;

    /// <summary>One ahead: it speaks and reads the next versions, and still writes what this one reads.</summary>
    public required string Next { get; init; }

    /// <summary>Two ahead: it writes what <see cref="Next"/> reads and this one does not.</summary>
    public required string AfterNext { get; init; }

    /// <summary>Publishes them.</summary>
    /// <exception cref="DrillFailure">The history is not there; the message says what to do.</exception>
    public static async Task<Releases> Publish(Action<string> say)
    {
        var directory = new TempDirectory();
        try
        {
            var source = directory["source"];
            var head = await Git(Repository.Root, "rev-parse", "HEAD");
            await Git(Repository.Root, "clone", "--quiet", "--shared", "--no-checkout", Repository.Root, source);
            var before = Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrEmpty(before))
            {
                await Git(source, "checkout", "--quiet", Compatible);
                before = await PublishTo(directory["before"], source);
            }

            await Git(source, "checkout", "--quiet", "--force", head);
            RaiseVersions(source, ahead: 1);
            var next = await PublishTo(directory["next"], source);
            RaiseVersions(source, ahead: 2);
            var afterNext = await PublishTo(directory["after-next"], source);
            var releases = new Releases(directory) { Before = DllOf(before), Next = next, AfterNext = afterNext };
            foreach (var program in new[] { releases.Before, releases.This, releases.Next, releases.AfterNext })
            {
                say($"{(await ChildProcess.Run("dotnet", [program, "version"], directory.Path))[0]}: {program}");
            }

            return releases;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose() => _directory.Dispose();

    private static string DllOf(string named) => Directory.Exists(named) ? Path.Combine(named, "actorlog.dll") : named;

    private static async Task<string> Git(string directory, params string[] arguments)
    {
        try
        {
            return string.Join('\n', await ChildProcess.Run("git", arguments, directory));
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            throw new DrillFailure(
                $"commit {Compatible} is needed, and its source is not at hand: {e.Message}\n"
                + $"Remedy: run it in a clone with its history (git fetch --unshallow), or name the folder of an earlier build by {Variable}.");
        }
    }

    // What the next releases will do by hand: the protocol one version on; the next format first read, then written.
    private static void RaiseVersions(string source, int ahead)
    {
        var newest = Release.Edge.Newest + ahead;
        var readOldest = ahead == 1 ? Release.Read.Oldest : Release.Written;
        Replace(Path.Combine(source, "src", "Protocol", "Versions", "Release.cs"), [
            (Speaks("Gateway"), $"${{1}}{newest - 1}, {newest})"),
            (Speaks("Edge"), $"${{1}}{newest - 1}, {newest})"),
            (Speaks("Read"), $"${{1}}{readOldest}, {Release.Written + 1})"),
            (new Regex(@"(const int Written = )\d+;"), $"${{1}}{Release.Written + ahead - 1};"),
        ]);
        Replace(Path.Combine(source, "Directory.Build.props"), [
            (new Regex(@"(<Version>)[^<]+"), string.Create(CultureInfo.InvariantCulture, $"${{1}}99.{ahead}.0")),
        ]);
    }

    private static Regex Speaks(string what) => new($@"(VersionRange {what} {{ get; }} = new\()\d+, \d+\)");

    private static void Replace(string file, (Regex What, string By)[] changes)
    {
        var text = File.ReadAllText(file);
        foreach (var (what, by) in changes)
        {
            DrillRun.Require(what.Count(text) == 1, $"{file} has no longer one place like {what}");
            text = what.Replace(text, by);
        }

        File.WriteAllText(file, text);
    }

    // Not compiled ahead of time, which takes minutes: these say what a release says, only later after their start.
    private static async Task<string> PublishTo(string folder, string source)
    {
        await using var publishing = ChildProcess.Start(
            "dotnet", ["publish", "src/Node", "-c", "Release", "-o", folder, "-v", "quiet", "--nologo"], source,
            new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1" });
        var code = await publishing.Exit(PublishLimit);
        DrillRun.Require(code == 0, $"{folder} cannot be published\n{publishing.Account()}");
        return DllOf(folder);
    }
}
