using ActorLog.Drills.Disk;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// An aggregator whose journal is on PostgreSQL, under load: the database is stopped and started, killed, paused, and at last
/// fails over to an asynchronous standby that lacks the last commits. Edges spool meanwhile, and all stands once. A cycle is
/// six seconds in which the database is stopped.
/// </summary>
internal sealed class PostgresDrill() : Drill(
    "postgres", "23-26", "stops, kills and pauses the database of an aggregator's journal, and fails over to a standby that lacks commits")
{
    private const string Database = "actorlog";
    private static readonly TimeSpan StoppedFor = TimeSpan.FromSeconds(6);

    // Longer than the standby is behind.
    private const string SettleAfter = "60s";

    public override async Task Run(DrillRun run)
    {
        await using var primary = await PostgresCluster.Start();
        await primary.CreateDatabase(Database);
        await using var standby = await primary.StartStandby();
        await using var loaded = await LoadedPlant.Start(
            new PlantConfig(await run.Certificates())
            {
                OfAggregator = $"""
                    aggregator.journal = "{primary.Uri(Database, standby)}"
                    aggregator.settle-after = {SettleAfter}
                    aggregator.checkpoint-every = 1s
                    """,
            },
            rate: 1_500);

        await primary.Stop();
        await Spools(loaded);
        await Task.Delay(StoppedFor * run.Cycles);
        await loaded.UntilMore(loaded.Edge, "actorlog_spooled_records_total");
        await primary.StartAgain();
        await Stores(run, loaded, $"stopped for {StoppedFor.TotalSeconds * run.Cycles:0} s and started");

        await primary.Kill();
        await Spools(loaded);
        await primary.StartAgain();
        await Stores(run, loaded, "killed and started");

        primary.Pause();
        await Spools(loaded);
        primary.Resume();
        await Stores(run, loaded, "paused");

        await primary.WaitFor(standby);
        await standby.Stop();
        await loaded.UntilMore(loaded.Aggregator, "actorlog_journaled_records_total");
        var lacking = await Numbers(primary);
        await primary.Kill();
        await standby.StartAgain();
        await standby.Promote();
        var kept = await Numbers(standby);
        DrillRun.Require(kept < lacking, $"the standby lacks nothing: {kept} of {lacking} events");
        await Stores(run, loaded, $"failed over to a standby that lacks {lacking - kept} events");
        DrillRun.Require(
            loaded.Aggregator.Process.Output.Any(static l => l.Contains("the database has failed over", StringComparison.Ordinal)),
            $"nobody noticed\n{loaded.Plant.Account()}");
        await loaded.Finish(run, "PostgreSQL");
    }

    // The edge takes what comes, though nothing is stored.
    private static async Task Spools(LoadedPlant loaded)
    {
        await loaded.Until(
            async () => (await loaded.Aggregator.Get("ready")).Contains("journal: not ready", StringComparison.Ordinal), "the aggregator says why");
        await loaded.UntilMore(loaded.Edge, "actorlog_spooled_records_total");
    }

    private static async Task Stores(DrillRun run, LoadedPlant loaded, string what)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        await loaded.UntilMore(loaded.Aggregator, "actorlog_journaled_records_total");
        run.Say($"{what}: stored again after {since.Elapsed.TotalSeconds:F1} s");
        await loaded.Until(async () => await loaded.Aggregator.Status("ready") == System.Net.HttpStatusCode.OK, "the aggregator is ready");
    }

    private static async Task<long> Numbers(PostgresCluster cluster) => long.Parse(
        (await cluster.Query(Database, "SELECT sum(highest) FROM (SELECT max(sequence_number) AS highest FROM journal GROUP BY persistence_id) AS ids"))[0],
        System.Globalization.CultureInfo.InvariantCulture);
}
