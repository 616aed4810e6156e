using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// The process ends at a named place of the code, between two calls that only together would be safe, and starts again;
/// then everything must stand once. A cycle is one end at each place, at a pass that the seed draws.
/// </summary>
internal sealed class CrashPointsDrill() : Drill(
    "crashpoints", "1-9", "ends the process at every named place of the code")
{
    private const int ExitStatus = 86;
    private const int StopsMax = 10;
    private static readonly TimeSpan CrashMax = TimeSpan.FromSeconds(90);

    // Small blocks, frequent checkpoints and short segments, so that each place is passed many times in a short run.
    private const string Both = """
        partitions = 1
        batching.bytes-max = 4KiB
        """;

    private const string OfAggregator = """
        aggregator.checkpoint-bytes = 128KiB
        aggregator.checkpoint-every = 300ms
        aggregator.files.rotation.size = 256KiB
        """;

    public override int LongCycles => 20;

    public override async Task Run(DrillRun run)
    {
        foreach (var place in CrashPlace.All)
        {
            await RunPlace(run, place);
        }
    }

    private static async Task RunPlace(DrillRun run, CrashPlace place)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            Both = Both,
            OfAggregator = OfAggregator + "\n" + place.OfAggregator,
        });
        var oracle = new Oracle();
        var persisted = new PersistedRecords();
        using var stop = new CancellationTokenSource();
        var victim = place.IsEdge ? plant.Edge : plant.Aggregator;
        await victim.Stop();
        var sending = oracle.Send(
            plant.Target,
            new OracleLoad(long.MaxValue)
            {
                Connections = 4,
                Host = "shop{0}",
                Header = OracleHeader.Rfc3164,
                Rate = place.Rate,
                Reconnect = true,
            },
            stop.Token);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            var status = await RunTo(place, victim, plant, run.Random.Next(1, place.PassesMax + 1));
            for (var stops = 1; place.NeedsStop && status == 0 && stops < StopsMax; stops++)
            {
                // All that it had was checkpointed when it was told to stop.
                status = await RunTo(place, victim, plant, pass: 1);
            }

            DrillRun.Require(status == ExitStatus, $"{place.Name} was not passed, but {status}: {plant.Account()}");
            if (place.IsEdge)
            {
                persisted.Read(plant.Spool);
            }
        }

        // Nothing comes after the last end: what the spool holds now is what must arrive.
        await stop.CancelAsync();
        await victim.Restart();
        await sending;
        var promised = place.IsEdge ? persisted.Total : oracle.Ledger.Sent;
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= promised);
        run.Say($"{place.Name}: {run.Cycles} times; {promised:N0} promised; {DrillTally.Short(found)}");
        run.Tally.Add(found, promised);
    }

    // How it ended.
    private static async Task<int> RunTo(CrashPlace place, ActorLogProcess victim, Plant plant, int pass)
    {
        await victim.BeginAgain(Plant.CrashAt($"{place.Name}:{pass}"));
        if (place.NeedsStop)
        {
            var before = SegmentFiles.PlainBytes(plant.Files);
            await Eventually.True(() => SegmentFiles.PlainBytes(plant.Files) > before, CrashMax, "lines before the stop");
            victim.Process.Signal(ChildProcess.SigTerm);
        }

        return await victim.Process.Exit(CrashMax);
    }
}
