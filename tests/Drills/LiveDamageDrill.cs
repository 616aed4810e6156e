using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// Spoils a page in the middle of a journal or a spool that is in use. The node meets it, salvages within its process and goes on:
/// of a journal nothing is lost or doubled, of a spool what its report says. A cycle is one of them.
/// </summary>
internal sealed class LiveDamageDrill() : Drill(
    "live-damage", "22", "spoils a page of a journal or spool in use: its node salvages and goes on, in the same process")
{
    private const int Held = 60_000;
    private const int Stop = 19;
    private const int Continue = 18;
    private const string Anew = "starting anew, to salvage";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    public override int QuickCycles => 2;

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await (cycle % 2 == 0 ? SpoilJournal(run) : SpoilSpool(run));
        }
    }

    // The rows of the page are met when they are deleted, some hundred events later.
    private static async Task SpoilJournal(DrillRun run)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            OfAggregator = "aggregator.checkpoint-every = 300ms",
        });
        await using var load = EndlessLoad.Start(plant, rate: 1_000);
        await load.Deliver(3_000_000);
        await Spoil(run, plant, plant.Aggregator, plant.Journal);
        var cut = Directory.EnumerateFiles(plant.Files, ".cut-*").Count();
        await load.Deliver(1_000_000);
        run.Say($"journal: {FirstLine(plant.Journal)}; {cut} files of cut bytes");
        await load.Finish(run);
    }

    // More than the forwarder keeps in memory: it reads the rest from the file.
    private static async Task SpoilSpool(DrillRun run)
    {
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()) { OfEdge = "forward.window = 1MiB" });
        var oracle = new Oracle();
        await plant.Aggregator.Kill();
        await HeldBack.Send(run, plant, oracle, Held);
        var spoilt = Spoil(run, plant, plant.Edge, plant.Spool);
        await plant.Aggregator.Restart();
        await spoilt;
        var (_, lost) = DatabaseDamage.Report(plant.Spool);
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= Held - lost);
        run.Say($"spool: {FirstLine(plant.Spool)}; {DrillTally.Short(found)}");
        DrillRun.Require(lost < Held / 2, $"{lost} of {Held} are told to be lost");
        // What was hit may have been stored before.
        run.Tally.Add(found, Math.Max(found.Unique, Held - lost));
    }

    // While the node stands still, so that the page is not written anew under our hands.
    private static async Task Spoil(DrillRun run, Plant plant, ActorLogProcess node, string database)
    {
        var process = node.Process.Id;
        node.Process.Signal(Stop);
        try
        {
            DatabaseDamage.Close(database);
            DatabaseDamage.Spoil(database, DatabaseDamage.MiddleLeaf(database, "journal"), DatabaseDamage.PageBytes, run.Random);
        }
        finally
        {
            node.Process.Signal(Continue);
        }

        await node.Process.WaitForLine(Anew, Limit);
        await node.Ready();
        DrillRun.Require(!node.Process.HasExited && node.Process.Id == process, $"it has ended\n{plant.Account()}");
    }

    private static string FirstLine(string database) => File.ReadLines(
        Directory.GetFiles(Path.GetDirectoryName(database)!, Path.GetFileName(database) + ".damaged-*.txt").Single()).First();
}
