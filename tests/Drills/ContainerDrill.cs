using System.Globalization;
using System.Text.RegularExpressions;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// A pod of gunicorn and an edge is stopped under load, in a native sidecar's order: the application first, then the edge.
/// Its volumes go with it, so what the edge has not delivered by its end is lost. A cycle is one pod.
/// </summary>
internal sealed partial class ContainerDrill() : Drill(
    "container", "-", "stops a pod of gunicorn and its edge under load; the application's last line must be stored")
{
    private const string LastLine = "Shutting down: Master";
    private const int RequestsMin = 20;
    private const int PauseMaxMs = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public override int QuickCycles => 2;

    public override int LongCycles => 100;

    public override async Task Run(DrillRun run)
    {
        using var directory = new TempDirectory();
        var certificates = await run.Certificates();
        var gateway = FreePort.Next();
        await using var aggregator = await ActorLogProcess.Start(new NodeConfig
        {
            Role = "aggregator",
            DataDirectory = directory["aggregator"],
            Gateway = gateway,
            AggregatorFiles = directory["logs"],
            Certificates = certificates,
        });
        var lastLines = 0;
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var name = $"web-{cycle:d4}";
            var pause = run.Random.Next(PauseMaxMs);
            await using var pod = await WebPod.Start(name, certificates, gateway);
            var load = RequestLoad.Start(pod.WebSocket);
            await Eventually.True(
                () => Task.FromResult(load.Answered.Count >= RequestsMin), Patience, () => $"{load.Answered.Count} requests answered");
            // The moment itself is drawn: nothing is waited for.
            await Task.Delay(pause);
            var web = await pod.StopWeb();
            await load.Done;
            var edge = await pod.StopEdge();
            DrillRun.Require((web, edge) == (0, 0), $"{name}: web ended with {web}, edge with {edge}\n{await pod.Account()}");
            lastLines += await Check(run, directory["logs"], name, load.Answered);
            if (cycle % 10 == 0 || cycle == run.Cycles)
            {
                run.Say($"{cycle} pods: {lastLines} last lines, {run.Tally.Line(Name)}");
            }
        }

        Assert.Equal(0, await aggregator.Stop());
        DrillRun.Require(lastLines == run.Cycles, $"{lastLines} last lines of {run.Cycles} pods");
    }

    /// <summary>Enters what became of a pod's records into the tally; how many last lines there are.</summary>
    private static async Task<int> Check(DrillRun run, string folder, string host, IReadOnlyCollection<string> answered)
    {
        var file = Path.Combine(folder, $"{host}.log");
        var lines = Array.Empty<string>();
        // Stored means journaled: the file follows. All that the pod said stands before its last line.
        await Eventually.True(
            async () =>
            {
                lines = File.Exists(file) ? await File.ReadAllLinesAsync(file) : [];
                return lines.Any(IsLast);
            },
            Patience,
            () => $"the last line in {file}; it has {lines.Length}: {lines.LastOrDefault()}");
        var texts = lines.Select(static l => Logged().Match(l)).Where(static m => m.Success).Select(static m => m.Value).ToList();
        var requests = lines.Select(static l => Asked().Match(l)).Where(static m => m.Success).Select(static m => m.Value).ToList();
        var last = lines.Count(IsLast);
        // An access line is written behind the answer: there the next request, of another worker, may overtake.
        run.Tally.Add(texts.Count, lost: answered.Except(texts).Count(), duplicated: Repeats(texts), outOfOrder: Inversions(texts));
        run.Tally.Add(requests.Count, lost: answered.Except(requests).Count(), duplicated: Repeats(requests));
        run.Tally.Add(last, duplicated: last - 1, torn: lines.Count(static l => !Whole().IsMatch(l)));
        return last;
    }

    private static int Repeats(List<string> texts) => texts.Count - texts.Distinct().Count();

    /// <summary>How many stand behind a later one of the same client; of several workers, each client waits for its answer.</summary>
    private static int Inversions(List<string> texts) => texts
        .GroupBy(static t => t[..^"-000000".Length])
        .Select(static client => client.Select(static t => int.Parse(t[^6..], CultureInfo.InvariantCulture)).ToList())
        .Sum(static numbers => numbers.Zip(numbers.Skip(1), static (before, behind) => behind < before).Count(static isInverted => isInverted));

    private static bool IsLast(string line) => line.EndsWith(LastLine, StringComparison.Ordinal);

    [GeneratedRegex(@"(?<= gunicorn\.shop\.app: .*\] )client-\d+-\d{6}$")]
    private static partial Regex Logged();

    [GeneratedRegex(@"(?<= gunicorn\.shop\.access: .*/say\?text=)client-\d+-\d{6}(?= HTTP/1\.1"" 200 )")]
    private static partial Regex Asked();

    [GeneratedRegex(@"^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} web-\d{4} gunicorn\.shop\.(access|error|app): \[\d+\] .")]
    private static partial Regex Whole();
}
