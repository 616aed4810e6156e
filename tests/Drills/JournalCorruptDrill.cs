using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// Damages the journal under load: header, a page that holds blocks, the log, and, when everything is settled, all of it. Edges
/// send again, and no line is lost or stands twice.
/// </summary>
internal sealed class JournalCorruptDrill() : Drill(
    "journal-corrupt", "12, 22", "spoils a journal in four ways; the edges send again what is not settled, and nothing is lost or doubled")
{
    private const int Records = 4_000;
    private const long BytesMin = 50_000;

    public override int QuickCycles => 4;

    public override int LongCycles => 40;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            var way = cycle % 4;
            await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
            {
                OfAggregator = way == 3 ? "aggregator.settle-after = 0s" : string.Empty,
            });
            var oracle = new Oracle();
            var sending = oracle.Send(plant.Target, new OracleLoad(Records) { Connections = 2, Host = "shop{0}", Header = OracleHeader.Rfc3164, Rate = 1_000 });
            await (way == 3 ? sending : Eventually.True(
                () => Task.FromResult(oracle.Ledger.Sent > Records / 2 && SegmentFiles.PlainBytes(plant.Files) > BytesMin),
                TimeSpan.FromSeconds(120), plant.Account));
            if (way == 3)
            {
                await Eventually.True(
                    () => Task.FromResult(SpoolReading.RecordsByOrigin(plant.Spool).Count == 0), TimeSpan.FromSeconds(60),
                    () => $"all is settled\n{plant.Account()}");
            }

            await plant.Aggregator.Kill();
            var how = Spoil(plant.Journal, way, run.Random);
            await plant.Aggregator.Restart();
            var report = Directory.GetFiles(Path.GetDirectoryName(plant.Journal)!, "journal.db.damaged-*.txt");
            DrillRun.Require(report.Length == 1, $"{how}: the journal was not salvaged\n{plant.Account()}");
            await sending;
            if (way == 3)
            {
                await oracle.Send(plant.Target, new OracleLoad(Records) { Host = "shop1", Header = OracleHeader.Rfc3164, Rate = 2_500 });
            }

            var found = await plant.Finish(oracle.Ledger, f => f.Unique >= oracle.Ledger.Sent);
            run.Say($"{how}: {File.ReadLines(report[0]).First()}; {DrillTally.Short(found)}");
            run.Tally.Add(found);
        }
    }

    private static string Spoil(string journal, int way, Random random)
    {
        DatabaseDamage.Remount(journal);
        if (way != 2)
        {
            DatabaseDamage.Close(journal);
        }

        switch (way)
        {
            case 0:
                DatabaseDamage.Spoil(journal, 0, 512, random);
                return "header";
            case 1:
                DatabaseDamage.Spoil(journal, PageOf(journal), DatabaseDamage.PageBytes, random);
                return "a page of the journal's tree";
            case 2:
                DatabaseDamage.Spoil(journal + "-wal", 32 + (2 * (24 + DatabaseDamage.PageBytes)) + 12, 400, random);
                return "the log";
            default:
                DatabaseDamage.Cut(journal, long.MaxValue / 2);
                return "all of it";
        }
    }

    // The last page of a table's leaf kind whose rows hold blocks: the newest events stand there.
    private static long PageOf(string journal)
    {
        var bytes = File.ReadAllBytes(journal);
        var at = bytes.AsSpan().LastIndexOf("part-stored/1"u8);
        DrillRun.Require(at > 0, "no part in the journal");
        return at / DatabaseDamage.PageBytes * DatabaseDamage.PageBytes;
    }
}
