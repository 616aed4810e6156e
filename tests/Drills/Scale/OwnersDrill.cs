using System.Diagnostics;
using ActorLog.Drills.Clustering;
using ActorLog.Drills.Running;

namespace ActorLog.Drills.Scale;

/// <summary>
/// What a record costs with one, two and three aggregators on PostgreSQL, when each edge has moved to the one that stores its
/// records; and with three of which edges are told nothing, so that two of three blocks take a way more. A load of the same kind
/// goes before: code is compiled by then, files are open and tables full. A cycle is all four.
/// </summary>
internal sealed class OwnersDrill() : Drill("owners", "-", "measures what a record costs with one, two and three aggregators")
{
    private const int Edges = 6;

    // Enough to say whose the records are. More would be blocks of their own when all else is silent, and none under load.
    private const int TrickleEach = 1;
    private const int RateEach = 4_000;
    private const long RecordsEach = 100_000;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

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
            run, aggregators, Edges, TrickleEach,
            $"aggregator.settle-after = 5s\n{(isTold ? "" : "aggregator.cluster.gateway = off")}");
        if (isTold)
        {
            await plant.Until(() => Task.FromResult(plant.Edges.Select(EdgeIsAtOwner).All(static at => at)), "each edge is at the owner of its host");
        }

        await Load(plant);

        // What nodes cost for being there, and the trickle, is not the records'.
        var clock = Stopwatch.StartNew();
        var before = CpuOf(plant);
        await Task.Delay(Silence);
        var (silent, silence) = (CpuOf(plant).Minus(before), clock.Elapsed);

        clock.Restart();
        before = CpuOf(plant);
        var records = await Load(plant);
        var spent = CpuOf(plant).Minus(before).Minus(silent.Times(clock.Elapsed / silence));
        run.Say(
            $"{aggregators} aggregators{(isTold ? "" : ", edges not told")}: {records:N0} records, microseconds each: aggregators {spent.Aggregators / records:0.00}, "
            + $"edges {spent.Edges / records:0.00}, database {spent.Database / records:0.00}; silent, in all: "
            + $"{silent.Aggregators / silence.TotalMicroseconds:P1}, {silent.Edges / silence.TotalMicroseconds:P1}, "
            + $"{silent.Database / silence.TotalMicroseconds:P1} of a core");
        await plant.Finish(run, $"{aggregators} aggregators");
        return (spent.Aggregators + spent.Edges) / records;

        bool EdgeIsAtOwner(Testing.Processes.ActorLogProcess node, int edge) =>
            node.Process.Output.LastOrDefault(static line => line.Contains("forwarding to logs", StringComparison.Ordinal)) is { } line
            && line.Contains($"forwarding to logs{plant.OwnerOf(plant.Hosts[edge])} ", StringComparison.Ordinal);
    }

    // The checkpoints behind it, and what the spools have to forget, are part of its cost. How many records.
    private static async Task<double> Load(ClusterPlant plant)
    {
        var before = await Sum(plant, "actorlog_spooled_records_total");
        await plant.SendMore(RecordsEach, RateEach);
        await plant.Until(
            async () => await Sum(plant, "actorlog_spooled_records_total") - before >= Edges * RecordsEach, "all is spooled");
        var spooled = await Sum(plant, "actorlog_spooled_records_total");
        await plant.Until(async () => await Sum(plant, "actorlog_settled_records_total") >= spooled, "all is settled");
        return spooled - before;
    }

    private static async Task<double> Sum(ClusterPlant plant, string metric)
    {
        // Being asked costs the edges something, too.
        await Task.Delay(AskEvery);
        var sum = 0.0;
        foreach (var edge in plant.Edges)
        {
            sum += await edge.Metric(metric);
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
