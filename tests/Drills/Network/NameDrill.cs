using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// The aggregator moves to another address, and then its name is not known for a while: the edge asks for the name at each try,
/// without haste, and spools meanwhile. A cycle is one move.
/// </summary>
internal sealed class NameDrill() : Drill("name", "44-45", "moves the aggregator to another address, and takes its name away for a while")
{
    private const int LinesMax = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public override async Task Run(DrillRun run)
    {
        await using var wire = await Wire.Lay(run.Seed);
        await using var plant = await Plant.Start(wire.Place(new PlantConfig(await run.Certificates())
        {
            OfEdge = "forward.ack-timeout = 6s",
        }));
        await using var load = EndlessLoad.Start(plant, rate: 1_000);
        await load.Deliver(100_000);

        await wire.Move("10.98.0.3");
        await load.Deliver(100_000);
        run.Say("found at its new address");

        wire.NameNothing();
        var lines = plant.Edge.Process.Output.Count;
        await wire.Edge.Run("ss", "-K", "dst", "10.98.0.3");
        await Eventually.True(
            async () => await plant.Edge.Metric("actorlog_forwarder_connected") == 0, Limit, () => $"the name is missed\n{plant.Account()}");
        await load.Send(20_000);
        var said = plant.Edge.Process.Output.Count - lines;
        run.Say($"without a name: {said} lines of log; {plant.Edge.Process.Output[^1]}");
        DrillRun.Require(said <= LinesMax, $"{said} lines of log while a name was missing\n{plant.Account()}");
        wire.Name("10.98.0.3");
        await load.Deliver(100_000);
        await load.Finish(run);
    }
}
