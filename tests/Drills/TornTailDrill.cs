using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>Kills both under load, cuts the end off the journal's log and adds half a line to a file: as a disk may after a power cut.</summary>
internal sealed class TornTailDrill() : Drill(
    "torn-tail", "10-12", "cuts the end of the journal's log and leaves half a line in a file")
{
    private const int Connections = 2;
    private const long BytesMin = 600_000;
    private const int CutMax = 60_000;

    public override int QuickCycles => 2;

    public override int LongCycles => 40;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()));
            var (oracle, persisted) = (new Oracle(), new PersistedRecords());
            using var stop = new CancellationTokenSource();
            var sending = oracle.Send(
                plant.Target,
                new OracleLoad(long.MaxValue) { Connections = Connections, Host = "shop{0}", Header = OracleHeader.Rfc3164, Rate = 2_000, Reconnect = true },
                stop.Token);
            // The cut takes the last few commits: those that say whose the files are must lie well before them.
            await Grown(plant, 0);
            var before = LogOf(plant).Length;
            await Grown(plant, BytesMin);
            await Eventually.True(
                () => Task.FromResult(LogOf(plant).Length > before + (2 * CutMax)), TimeSpan.FromSeconds(120), plant.Account);
            await Task.WhenAll(plant.Edge.Kill(), plant.Aggregator.Kill());
            await stop.CancelAsync();
            await sending;
            persisted.Read(plant.Spool);
            var bytes = run.Random.Next(1, CutMax);
            DatabaseDamage.Remount(plant.Journal);
            DatabaseDamage.Cut(LogOf(plant).FullName, bytes);
            foreach (var file in SegmentFiles.Below(plant.Files).Select(static log => log[^1]).Where(static f => !f.EndsWith(".gz", StringComparison.Ordinal)))
            {
                await File.AppendAllTextAsync(file, "Nov 25 10:00:00 shop1 half a li");
            }

            await Task.WhenAll(plant.Aggregator.Restart(), plant.Edge.Restart());
            var found = await plant.Finish(oracle.Ledger, f => f.Unique >= persisted.Total);
            run.Say($"{bytes} bytes cut: {persisted.Total} persisted; {DrillTally.Short(found)}");
            run.Tally.Add(found, persisted.Total);
        }
    }

    private static FileInfo LogOf(Plant plant) => new(plant.Journal + "-wal");

    // The shortest file by so much beyond what it is now.
    private static async Task Grown(Plant plant, long bytes)
    {
        var due = Lengths(plant).DefaultIfEmpty().Max() + bytes;
        await Eventually.True(
            () => Task.FromResult(Lengths(plant) is { Length: Connections } now && now.Min() > due), TimeSpan.FromSeconds(120), plant.Account);
    }

    private static long[] Lengths(Plant plant) =>
        [.. SegmentFiles.Below(plant.Files).Select(static log => new FileInfo(log[^1]).Length)];
}
