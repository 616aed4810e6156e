using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>Clones an edge with a full spool, and runs both: what they share is stored once, what is new of each is kept.</summary>
internal sealed class CloneDrill() : Drill(
    "clone", "56", "runs two copies of one edge, spool included; the aggregator says so within a minute")
{
    private const int Records = 3_000;

    public override async Task Run(DrillRun run)
    {
        NodeConfig? edge = null;
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()) { Edge = config => edge = config });
        using var directory = new TempDirectory();
        var oracle = new Oracle();
        await plant.Aggregator.Kill();
        await HeldBack.Send(run, plant, oracle, Records);
        await plant.Edge.Kill();
        foreach (var file in new[] { "spool.db", "spool.db-wal" }.Where(f => File.Exists(Path.Combine(edge!.DataDirectory, f))))
        {
            File.Copy(Path.Combine(edge!.DataDirectory, file), directory[file]);
        }

        var tcp = FreePort.Next();
        await plant.Aggregator.Restart();
        await using var twin = ActorLogProcess.Begin(
            edge! with { DataDirectory = Path.GetDirectoryName(directory["spool.db"])!, HttpPort = FreePort.Next(), Tcp = tcp });
        await Task.WhenAll(twin.Ready(), plant.Edge.Restart());
        await oracle.Send(plant.Target, new OracleLoad(Records) { Host = "shop", Header = OracleHeader.Rfc3164, Rate = 500 });
        await oracle.Send(OracleTarget.Tcp(tcp), new OracleLoad(Records) { Host = "shop", Header = OracleHeader.Rfc3164, Rate = 500 });
        await plant.Aggregator.Process.WaitForLine("two edges call themselves web1", TimeSpan.FromSeconds(90));
        var found = await plant.Finish(oracle.Ledger, f => f.Unique >= oracle.Ledger.Sent);
        run.Say(DrillTally.Short(found));
        run.Tally.Add(found);
    }
}
