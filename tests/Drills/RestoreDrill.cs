using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>Puts an old copy of the spool back: its rows are recognised as repeats, and new data is new.</summary>
internal sealed class RestoreDrill() : Drill(
    "restore", "57", "restores a spool from a copy whose rows have long been stored and settled")
{
    private const int Records = 3_000;

    public override async Task Run(DrillRun run)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()) { OfAggregator = "aggregator.settle-after = 1s" });
        using var directory = new TempDirectory();
        var oracle = new Oracle();
        await plant.Aggregator.Kill();
        await HeldBack.Send(run, plant, oracle, Records);
        await plant.Edge.Kill();
        DatabaseDamage.Close(plant.Spool);
        File.Copy(plant.Spool, directory["old.db"]);
        await Task.WhenAll(plant.Aggregator.Restart(), plant.Edge.Restart());
        await oracle.Send(plant.Target, new OracleLoad(Records) { Host = "shop", Header = OracleHeader.Rfc3164, Rate = 2_500 });
        await Eventually.True(
            () => Task.FromResult(SpoolReading.RecordsByOrigin(plant.Spool).Count == 0), TimeSpan.FromSeconds(60),
            () => $"all is settled\n{plant.Account()}");
        await plant.Edge.Kill();
        DatabaseDamage.Close(plant.Spool);
        File.Copy(directory["old.db"], plant.Spool, overwrite: true);
        await plant.Edge.Restart();
        await oracle.Send(plant.Target, new OracleLoad(Records) { Host = "shop", Header = OracleHeader.Rfc3164, Rate = 2_500 });
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= oracle.Ledger.Sent);
        run.Say(DrillTally.Short(found));
        run.Tally.Add(found);
    }
}
