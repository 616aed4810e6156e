using ActorLog.Drills.Running;

namespace ActorLog.Drills.Network;

/// <summary>
/// A wire that loses, delays, reorders and doubles packets: less gets through, and nothing else changes. A cycle is one
/// weather, drawn anew.
/// </summary>
internal sealed class LinkDrill() : Drill("link", "35", "loses 1-20 % of the packets, delays up to 200 ms with jitter, doubles and reorders")
{
    private const long EnoughBytes = 20_000;

    public override int LongCycles => 20;

    public override async Task Run(DrillRun run)
    {
        await using var wire = await Wire.Lay(run.Seed);
        await using var plant = await Plant.Start(wire.Place(new PlantConfig(await run.Certificates())));
        await using var load = EndlessLoad.Start(plant, rate: 200);
        await load.Deliver(EnoughBytes);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            var weather = new Weather
            {
                Loss = run.Random.Next(10, 201),
                Duplicates = run.Random.Next(100),
                Delay = TimeSpan.FromMilliseconds(run.Random.Next(201)),
                Jitter = TimeSpan.FromMilliseconds(run.Random.Next(51)),
            };
            run.Say(weather.ToString());
            wire.Set(weather);
            await load.Deliver(EnoughBytes);
        }

        wire.Set(Weather.Fair);
        await load.Finish(run);
    }
}
