using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>Reads the hosts of a cluster as an operator does: <c>actorlog cat</c> at one of its aggregators, into files.</summary>
/// <param name="plant">The cluster.</param>
internal sealed class ClusterReader(ClusterPlant plant)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Where the output of each host goes, by its name and .log.</summary>
    public string Folder { get; } = plant.Folder("cat");

    /// <summary>Reads a host; the exit code and what was said on standard error.</summary>
    /// <param name="aggregator">The one whose configuration is used.</param>
    /// <param name="host">The host.</param>
    public Task<(int Code, string Said)> Read(int aggregator, string host) => Run("exec \"$@\" > \"$OUT\" 2> \"$ERR\"", aggregator, host);

    /// <summary>Reads only a host's first lines and goes away; the exit code of the reading, and what was said.</summary>
    public Task<(int Code, string Said)> ReadBeginning(int aggregator, string host) =>
        Run("{ \"$@\" 2> \"$ERR\"; echo $? > \"$ERR.code\"; } | head -n 1 > \"$OUT\"; exit $(cat \"$ERR.code\")", aggregator, host);

    /// <summary>The lines that were read of a host.</summary>
    public string[] Lines(string host) => File.ReadAllLines(Output(host));

    /// <summary>What was read, held against what was sent.</summary>
    public Verification Verify() => Verifier.Read([Folder], plant.Oracle.Ledger, new VerifierSettings { IsForeign = Accounting.IsGapLine });

    /// <summary>Reads all hosts, each from another aggregator, until all that was sent is there: checkpoints come behind the lines.</summary>
    public Task UntilAll(DrillRun run)
    {
        var turn = 0;
        return plant.Until(
            async () =>
            {
                foreach (var host in plant.Hosts)
                {
                    var (code, said) = await Read(turn++ % plant.Aggregators.Count, host);
                    if (code != 0)
                    {
                        run.Say($"cat of {host}: {code}, {said.Trim()}");
                        return false;
                    }
                }

                return Verify() is { Missing: 0 };
            },
            "all lines are read");
    }

    private string Output(string host) => Path.Combine(Folder, $"{host}.log");

    private async Task<(int Code, string Said)> Run(string script, int aggregator, string host)
    {
        var error = Path.Combine(plant.Folder("cat-errors"), host);
        string[] command =
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Repository.Program,
            "cat", "-c", plant.ConfigOf(aggregator), "--set", "roles=aggregator", "--host", host,
        ];
        await using var reading = ChildProcess.Start(
            "sh", ["-c", script, "sh", .. command], Folder,
            new Dictionary<string, string> { ["OUT"] = Output(host), ["ERR"] = error });
        var code = await reading.Exit(Limit);
        return (code, await File.ReadAllTextAsync(error));
    }
}
