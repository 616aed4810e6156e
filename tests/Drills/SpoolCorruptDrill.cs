using ActorLog.Drills.Running;

namespace ActorLog.Drills;

/// <summary>
/// Damages a full spool in another way each cycle: header, a page in the middle, the log, its length, all of it. The edge starts,
/// delivers what its report says was kept, and the damaged file stands aside.
/// </summary>
internal sealed class SpoolCorruptDrill() : Drill(
    "spool-corrupt", "12, 22", "spoils a spool in five ways; what its report calls kept arrives once, and the start is never refused")
{
    private const int Records = 4_000;

    public override int QuickCycles => 5;

    public override int LongCycles => 50;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()));
            var oracle = new Oracle();
            await plant.Aggregator.Kill();
            await HeldBack.Send(run, plant, oracle, Records);
            await plant.Edge.Kill();
            var how = Spoil(plant.Spool, cycle % 5, run.Random);
            await plant.Edge.Restart();
            var (kept, lost) = DatabaseDamage.Report(plant.Spool);
            await plant.Aggregator.Restart();
            var found = await plant.Finish(oracle.Ledger, f => f.Unique >= kept);
            run.Say($"{how}: {kept} kept, {lost} known to be lost; {DrillTally.Short(found)}");
            DrillRun.Require(kept + lost <= Records, "more is told than there was");
            DrillRun.Require(cycle % 5 is not 0 || kept == Records, "a header holds no record, and some are lost");
            run.Tally.Add(found, kept);
        }
    }

    private static string Spoil(string spool, int way, Random random)
    {
        DatabaseDamage.Remount(spool);
        if (way != 2)
        {
            DatabaseDamage.Close(spool);
        }

        var pages = new FileInfo(spool).Length / DatabaseDamage.PageBytes;
        switch (way)
        {
            case 0:
                DatabaseDamage.Spoil(spool, 0, 512, random);
                return "header";
            case 1:
                DatabaseDamage.Spoil(spool, random.NextInt64(1, pages) * DatabaseDamage.PageBytes, DatabaseDamage.PageBytes, random);
                return "a page";
            case 2:
                DatabaseDamage.Spoil(spool + "-wal", 32 + (random.Next(3) * (24 + DatabaseDamage.PageBytes)) + 12, 400, random);
                return "the log";
            case 3:
                DatabaseDamage.Cut(spool, pages / 2 * DatabaseDamage.PageBytes);
                return "half of it";
            default:
                DatabaseDamage.Cut(spool, long.MaxValue / 2);
                return "all of it";
        }
    }
}
