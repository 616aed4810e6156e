using System.Diagnostics;
using ActorLog.Drills.Clustering;
using ActorLog.Drills.Running;

namespace ActorLog.Drills.Scale;

/// <summary>
/// What a record costs with one, two and three aggregators on PostgreSQL, when each edge has moved to the one that stores its
/// records; and with three of which edges are told nothing, so that two of three blocks take a way more. A cycle is all four.
/// </summary>
internal sealed class OwnersDrill() : Drill("owners", "-", "measures what a record costs with one, two and three aggregators")
{
    private const int Edges = 6;
    private const int TrickleEach = 20;
    private const int RateEach = 4_000;
    private const long RecordsEach = 100_000;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    public override int QuickCycles => 0;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            double? alone = null;
            foreach (var aggregators in (int[])[1, 2, 3])
            {
                var cost = await Measure(run, aggregators, isTold: true);
                alone ??= cost;
                run.Say($"{aggregators} aggregators: {cost / alone:0.00} times the cost of one");
            }

            run.Say($"3 aggregators, edges not told: {await Measure(run, 3, isTold: false) / alone:0.00} times the cost of one");
        }
    }

    // Microseconds of edges and aggregators a record.
    private static async Task<double> Measure(DrillRun run, int aggregators, bool isTold)
    {
        await using var plant = await ClusterPlant.Start(
            await run.Certificates(), aggregators, Edges, TrickleEach, isTold ? "" : "aggregator.cluster.gateway = off");
        if (isTold)
        {
            await plant.Until(() => Task.FromResult(plant.Edges.Select(EdgeIsAtOwner).All(static at => at)), "each edge is at the owner of its host");
        }

        // What nodes cost for being there, and the trickle, is not the records'.
        var clock = Stopwatch.StartNew();
        var (before, stored) = (CpuOf(plant), await Stored(plant));
        await Task.Delay(Silence);
        var silent = (CpuOf(plant).Minus(before), clock.Elapsed, Records: await Stored(plant) - stored);

        clock.Restart();
        (before, stored) = (CpuOf(plant), await Stored(plant));
        await plant.SendMore(RecordsEach, RateEach);
        await plant.Until(async () => await Stored(plant) - stored >= Edges * RecordsEach, "all is stored");
        // The checkpoint behind it is part of the cost.
        await Task.Delay(TimeSpan.FromSeconds(3));
        var records = await Stored(plant) - stored - (silent.Records * (clock.Elapsed / silent.Elapsed));
        var spent = CpuOf(plant).Minus(before).Minus(silent.Item1.Times(clock.Elapsed / silent.Elapsed));
        run.Say(
            $"{aggregators} aggregators{(isTold ? "" : ", edges not told")}: {records:N0} records, microseconds each: aggregators {spent.Aggregators / records:0.00}, "
            + $"edges {spent.Edges / records:0.00}, database {spent.Database / records:0.00}; silent, in all: "
            + $"{silent.Item1.Aggregators / silent.Elapsed.TotalMicroseconds:P1}, {silent.Item1.Edges / silent.Elapsed.TotalMicroseconds:P1}, "
            + $"{silent.Item1.Database / silent.Elapsed.TotalMicroseconds:P1} of a core");
        await plant.Finish(run, $"{aggregators} aggregators");
        return (spent.Aggregators + spent.Edges) / records;

        bool EdgeIsAtOwner(Testing.Processes.ActorLogProcess node, int edge) =>
            node.Process.Output.LastOrDefault(static line => line.Contains("forwarding to logs", StringComparison.Ordinal)) is { } line
            && line.Contains($"forwarding to logs{plant.OwnerOf(plant.Hosts[edge])} ", StringComparison.Ordinal);
    }

    private static async Task<double> Stored(ClusterPlant plant)
    {
        var sum = 0.0;
        foreach (var aggregator in plant.Aggregators)
        {
            sum += await aggregator.Metric("actorlog_journaled_records_total");
        }

        return sum;
    }

    private static Spent CpuOf(ClusterPlant plant) => new(
        plant.Aggregators.Sum(static node => Vitals.Cpu(node.Process).TotalMicroseconds),
        plant.Edges.Sum(static node => Vitals.Cpu(node.Process).TotalMicroseconds),
        Vitals.CpuOfAll(plant.Database.Server).TotalMicroseconds);

    /// <summary>Microseconds of processor time.</summary>
    private readonly record struct Spent(double Aggregators, double Edges, double Database)
    {
        public Spent Minus(Spent other) => new(Aggregators - other.Aggregators, Edges - other.Edges, Database - other.Database);

        public Spent Times(double factor) => new(Aggregators * factor, Edges * factor, Database * factor);
    }
}
