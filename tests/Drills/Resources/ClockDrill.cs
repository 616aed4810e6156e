using ActorLog.Drills.Running;
using ActorLog.Sinks.Files;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>
/// The wall clocks of edge and aggregator are set while they run, forward and back. Files are sealed by the rule and nothing
/// else follows the clock: nobody spins, what is settled is settled in time, nothing is deleted before its time and nothing is
/// taken for old that was just seen. A cycle is all the steps.
/// </summary>
internal sealed class ClockDrill() : Drill("clock", "42", "sets the clocks of edge and aggregator a day on, an hour back, and forty days on")
{
    private const double LoadMax = 0.6;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);
    private int _quiet;

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        using var ofEdge = await SteppedClock.Make();
        using var ofAggregator = await SteppedClock.Make();
        // The certificates are of now: no clock may go behind them.
        ofEdge.Set(TimeSpan.FromHours(2));
        ofAggregator.Set(TimeSpan.FromHours(2));
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            Edge = node => node with { Environment = ofEdge.Environment },
            Aggregator = node => node with { Environment = ofAggregator.Environment },
            OfAggregator = """
                aggregator.settle-after = 2s
                aggregator.checkpoint-every = 300ms
                aggregator.files.rotation.size = 256KiB
                """,
        });
        await using var load = EndlessLoad.Start(plant, rate: 1_000);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Step(run, plant, load, ofAggregator, TimeSpan.FromDays(1));
            await Step(run, plant, load, ofAggregator, -TimeSpan.FromHours(1));
            await Step(run, plant, load, ofEdge, TimeSpan.FromDays(1));
            await Step(run, plant, load, ofEdge, -TimeSpan.FromHours(1));
            // Beyond the age at which sealed files are deleted, and origins forgotten: by mistake, and corrected.
            await Step(run, plant, load, ofAggregator, TimeSpan.FromDays(40));
            await Step(run, plant, load, ofAggregator, -TimeSpan.FromDays(40));
        }

        await load.End();
        await Eventually.True(
            async () => await plant.Edge.Metric("actorlog_unsettled_records") == 0, Limit,
            () => $"all is settled, and the spool empty\n{plant.Account()}");
        foreach (var node in new[] { plant.Edge, plant.Aggregator })
        {
            var share = await Vitals.Load(node.Process, Idle);
            run.Say($"idle: {share:P0} of a core");
            DrillRun.Require(share < LoadMax, $"{share:P0} of a core with nothing to do\n{node.Process.Account()}");
        }

        await load.Finish(run);
    }

    private async Task Step(DrillRun run, Plant plant, EndlessLoad load, SteppedClock clock, TimeSpan by)
    {
        await load.Deliver(1_000_000);
        // A host that then says nothing more: what it stored right before a step back must settle all the same.
        await load.Once($"quiet{++_quiet}");
        clock.Set(clock.Ahead + by);
        var before = Sealed(plant);
        await load.Deliver(1_000_000);
        // One that was sealed after the step is compressed: by then upkeep has judged the age of all.
        await Eventually.True(
            () => Task.FromResult(Sealed(plant).Except(before).Any(f => File.Exists(f + SegmentName.CompressedSuffix))), Limit,
            () => $"a file is sealed and compressed after the clock went {by}\n{plant.Account()}");
        run.Say($"{by.TotalHours:+0;-0} h: {Sealed(plant).Count} sealed files");
    }

    private static HashSet<string> Sealed(Plant plant) =>
        [.. Directory.EnumerateFiles(plant.Files)
            .Where(static f => SegmentName.TryParse(Path.GetFileName(f), out _))
            .Select(static f => f.EndsWith(SegmentName.CompressedSuffix, StringComparison.Ordinal) ? f[..^SegmentName.CompressedSuffix.Length] : f)];
}
