using System.Diagnostics;
using System.Globalization;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Scale;

/// <summary>
/// What a block and a record cost an aggregator, and its database, from edges with a host each: blocks of one record, of ten and
/// of a hundred, with the journal on SQLite and on PostgreSQL. docs/scale.md takes its figures from here. A cycle is all of that.
/// </summary>
internal sealed class CostDrill() : Drill("cost", "-", "measures what blocks and records cost an aggregator and its database")
{
    private const int Edges = 500;
    private const int Blocks = 10;
    private const long Memory = 1L << 30;
    private const string DatabaseName = "actorlog";
    private static readonly int[] Sizes = [1, 10, 100];
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    public override int QuickCycles => 0;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Measure(run, "SQLite", null);
            await using var database = await PostgresCluster.Start();
            await database.CreateDatabase(DatabaseName);
            await Measure(run, "PostgreSQL", database);
        }
    }

    private static async Task Measure(DrillRun run, string what, PostgresCluster? database)
    {
        await using var fleet = await Fleet.Start(
            await run.Certificates(), Edges, Edges, Memory,
            database is null ? "" : $"aggregator.journal = \"{database.Uri(DatabaseName)}\"");
        await fleet.Edges.Grow(Edges);
        // Opens the files.
        await fleet.Edges.Spool(1, 1);
        await fleet.Edges.UntilSettled();
        var silent = await Vitals.Load(fleet.Aggregator, Silence);
        foreach (var size in Sizes)
        {
            var clock = Stopwatch.StartNew();
            var before = await Of(fleet, database);
            await fleet.Edges.Spool(Blocks, size);
            await fleet.Edges.UntilStored();
            var (stored, storedAfter) = (await Of(fleet, database), clock.Elapsed);
            await fleet.Edges.UntilSettled();
            var settling = clock.Elapsed - storedAfter;
            // What the connections cost when they are silent is neither the blocks' nor the waiting's.
            var toStore = stored.Cpu - before.Cpu - (storedAfter * silent);
            var toSettle = Vitals.Cpu(fleet.Aggregator) - stored.Cpu - (settling * silent);
            const int blocks = Edges * Blocks;
            run.Say(
                $"{what}, {blocks} blocks of {size}, stored in {storedAfter.TotalSeconds:0.0} s: {toStore.TotalMicroseconds / blocks:0} us of the aggregator a block"
                + (database is null ? "" : $", {(stored.Database - before.Database).TotalMicroseconds / blocks:0} us of the database, {(stored.Log - before.Log) / blocks} bytes of its log")
                + $"; then for {settling.TotalSeconds:0} s, until settled, {toSettle.TotalMicroseconds / settling.TotalSeconds / Edges:0} us a second and edge");
        }

        run.Say($"{what}: {Edges} edges silent {silent:P1} of a core; {await fleet.Account()}");
        await fleet.Finish(run);
    }

    private static async Task<(TimeSpan Cpu, TimeSpan Database, long Log)> Of(Fleet fleet, PostgresCluster? database) => (
        Vitals.Cpu(fleet.Aggregator),
        database is null ? default : Vitals.CpuOfAll(database.Server),
        database is null ? 0 : long.Parse(
            (await database.Query("postgres", "SELECT pg_current_wal_lsn() - '0/0'"))[0], CultureInfo.InvariantCulture));
}
